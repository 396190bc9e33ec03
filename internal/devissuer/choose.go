package devissuer

import "slices"

// Choose finds the issuer that a request means: of its URL, if it has one; among those, one that takes its audience and
// its use, and has opaque tokens if it asks for one, if any does. It need not be the only one as long as their tokens
// have the same form.
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
	for _, other := range found[1:] {
		if !sameForm(found[0], other, r) {
			return Issuer{}, &ChoiceError{Err: ErrAmbiguous, URL: r.Issuer, Issuers: found}
		}
	}
	return found[0].clone(), nil
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
