package console

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// prove presents a token that is bound to the development client's key by the scheme DPoP, with a proof for the request
// (RFC 9449). The URL of the request begins with base. It changes no other request: opaque tokens do not show what they
// are bound to.
func (v *view) prove(base string, out *prepared, example *tryout.Example) error {
	at := slices.IndexFunc(out.Headers, func(h [2]string) bool { return h[0] == "Authorization" })
	if at < 0 || v.issuer == nil || has(out.Headers, "DPoP") {
		return nil
	}
	token, _ := strings.CutPrefix(out.Headers[at][1], "Bearer ")
	claims, ok := payload(token)
	if !ok || !claims.Get("cnf").Get("jkt").Exists() {
		return nil
	}
	issuer, _ := claims.Get("iss").Text()
	binds := func(i devissuer.Issuer) bool { return i.URL == issuer && i.DPoPBound }
	if !slices.ContainsFunc(v.issuer.Issuers(), binds) {
		return nil
	}
	proof, err := v.issuer.Proof(out.Verb, base+out.URL, token)
	if err != nil {
		return err
	}
	out.Headers[at][1] = "DPoP " + token
	out.Headers = append(out.Headers, [2]string{"DPoP", proof})
	example.ProofURL = v.issuer.ProofURL(issuer, out.Verb, base+out.URL, token)
	return nil
}
