package devissuer

import "slices"

// Choose returns the issuer that a request refers to. If the request has a URL, it is one with that URL. Among these it
// prefers one that accepts the request's audience and use, and that has opaque tokens if the request is for one. There
// may be several, as long as their tokens have the same form. If the request has no audience, it is for the first
// audience that all of them accept.
//
// The error is a [ChoiceError].
func (p *Provider) Choose(r TokenRequest) (Issuer, error) {
	found := p.issuers
	if r.Issuer != "" {
		found = slices.Clone(found)
		found = slices.DeleteFunc(found, func(i Issuer) bool { return i.URL != r.Issuer })
	}
	if len(found) == 0 {
		return Issuer{}, &ChoiceError{Err: ErrNoIssuer, URL: r.Issuer, Issuers: p.Issuers()}
	}
	if r.Audience != "" {
		found = prefer(found, func(i Issuer) bool { return i.takes(r.Audience) })
	}
	if r.Use != "" {
		found = prefer(found, func(i Issuer) bool { return i.use() == r.Use })
	}
	if r.Opaque {
		found = prefer(found, Issuer.opaque)
	}
	if allAlike(found, r) {
		return found[0].clone(), nil
	}
	// Guards of the same user pool may name its clients in another order, or only some of them.
	for n, audience := range found[0].Audiences {
		with := r
		with.Audience = audience
		if r.Audience == "" && !slices.ContainsFunc(found, func(i Issuer) bool { return !i.takes(audience) }) &&
			allAlike(found, with) {
			out := found[0].clone()
			out.Audiences = slices.Insert(slices.Delete(out.Audiences, n, n+1), 0, audience)
			return out, nil
		}
	}
	return Issuer{}, &ChoiceError{Err: ErrAmbiguous, URL: r.Issuer, Issuers: found}
}

// allAlike reports whether a request would get tokens of the same form from all issuers.
func allAlike(issuers []Issuer, r TokenRequest) bool {
	return !slices.ContainsFunc(issuers[1:], func(other Issuer) bool { return !sameForm(issuers[0], other, r) })
}

// prefer returns the issuers that fit, or all of them if none does: a token that no authorizer accepts is worth making,
// to see it rejected.
func prefer(issuers []Issuer, fits func(Issuer) bool) []Issuer {
	var out []Issuer
	for _, i := range issuers {
		if fits(i) {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return issuers
	}
	return out
}
