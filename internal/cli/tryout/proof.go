package tryout

import "strings"

// prove adds a token that is bound to the development client's key, and a proof of that key (DPoP, RFC 9449).
func (m *maker) prove(e *Example, issuer, token string) {
	provider, verb, url := m.Gateway.Issuer(), e.Verb, e.URL
	e.Headers = append(e.Headers, byDPoP+token)
	e.Proof = func() (string, error) { return provider.Proof(verb, url, token) }
	e.ProofURL = provider.ProofURL(issuer, verb, url, token)
}

const byDPoP = "Authorization: DPoP "

// asBearer adds a request with a token that is bound to a key and without its proof, as a thief would send it.
func (m *maker) asBearer(t target, full credential) {
	issuer, ok := m.issuer(t.method.Authorizer)
	if !ok || !issuer.DPoPBound || t.TakesSession {
		return
	}
	e := m.add(t, "with such a token as a bearer token")
	full(e)
	for i, h := range e.Headers {
		if token, is := strings.CutPrefix(h, byDPoP); is {
			e.Headers[i] = "Authorization: Bearer " + token
		}
	}
	e.Proof, e.ProofURL = nil, ""
}
