package devissuer

import "slices"

// Choose finds the issuer that a request means: of its URL, if it has one; among those, one that takes its audience and
// its use, and has opaque tokens if it asks for one, if any does. It need not be the only one as long as their tokens
// have the same form: without an audience in the request, for the first audience that all of them take.
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
	if alike(found, r) {
		return found[0].clone(), nil
	}
	// Guards of one user pool may name its clients in another order, or some of them.
	for n, audience := range found[0].Audiences {
		with := r
		with.Audience = audience
		if r.Audience == "" && !slices.ContainsFunc(found, func(i Issuer) bool { return !i.takes(audience) }) &&
			alike(found, with) {
			out := found[0].clone()
			out.Audiences = slices.Insert(slices.Delete(out.Audiences, n, n+1), 0, audience)
			return out, nil
		}
	}
	return Issuer{}, &ChoiceError{Err: ErrAmbiguous, URL: r.Issuer, Issuers: found}
}

// alike reports whether a request would get tokens of the same form from all issuers.
func alike(issuers []Issuer, r TokenRequest) bool {
	return !slices.ContainsFunc(issuers[1:], func(other Issuer) bool { return !sameForm(issuers[0], other, r) })
}

// prefer keeps those that fit, or all if none does: a token that no authorizer takes is worth making, to see it
// refused.
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
