package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// JWTVerifier verifies a token by the issuers, audiences and algorithms of a JWT authorizer. The checks themselves
// verify the conditions on further claims. The error is one of package jwt.
type JWTVerifier func(ctx context.Context, a *apimodel.Authorizer, token string) (*jwt.Token, error)

// jwt checks a method with API Gateway's own JWT authorizer: the token, the conditions on its claims, and the method's
// scopes. Any one of the scopes is enough.
//
// AWS documents the header, the claims that are checked, and 403 for a token without the scopes. It does not document
// the order of the checks, the status of a failed condition, the body of the 403, or the effect of a resource policy.
// Here a failed condition is a 401, like every other fault of a token; the 403 has the body of a policy's denial; and a
// resource policy must allow the request explicitly, as with user pools.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-methods.html
func (g *Guard) jwt(ctx context.Context, c *Call, arn string, v *Verdict) {
	a := c.Method.Authorizer
	token, ok := g.bearer(c, a, v)
	if !ok {
		return
	}
	verified, err := g.options.JWTs(ctx, a, token)
	if err != nil {
		v.fail("token", unauthorized("the JWT authorizer rejects the token: %s%s",
			strings.TrimPrefix(err.Error(), jwt.ErrRejected.Error()+": "), gotAndWant(err)))
		return
	}
	v.pass("token", "a valid token of %s for %q%s%s",
		verified.Issuer(), verified.Subject(), g.lifetime(verified), undocumented(verified))
	if !hasClaims(a, verified, v) || !hasScopes(c.Method.Scopes, verified, v) {
		return
	}
	v.Known.JWT, v.Principal = jsonClaims(verified), verified.Subject()
	g.mustAllow(c, arn, iampolicy.Caller{}, v)
}

// bearer returns the token in the authorizer's header, with or without the word Bearer before it, as JWT authorizers of
// HTTP APIs accept it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
func (g *Guard) bearer(c *Call, a *apimodel.Authorizer, v *Verdict) (token string, ok bool) {
	header := "Authorization"
	if len(a.IdentitySources) > 0 {
		header = a.IdentitySources[0].Name
	}
	token = c.Headers.Get(header)
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = rest
	}
	if token == "" {
		v.fail("identity source", unauthorized("the header %s is missing or empty", header))
		return "", false
	}
	v.pass("identity source", "the header %s has a token", header)
	return token, true
}

// undocumented names what made a token pass although AWS does not document it for REST APIs.
func undocumented(t *jwt.Token) string {
	var out string
	if !t.Claims().Get("aud").Exists() {
		out += "; it has no aud, so client_id is compared with the audiences, which AWS documents for HTTP APIs alone"
	}
	if t.Claims().Get("cnf").Exists() {
		out += "; its cnf binds it to a key of the client, which API Gateway is not known to check"
	}
	return out
}

// hasClaims checks a JWT authorizer's conditions for the tokens of an issuer. Each compares a text exactly.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtAdditionalClaim.html
func hasClaims(a *apimodel.Authorizer, t *jwt.Token, v *Verdict) bool {
	i := slices.IndexFunc(a.JWT.Issuers, func(i apimodel.JWTIssuer) bool { return i.URL == t.Issuer() })
	if i < 0 {
		v.fail("claims", unauthorized("the token's issuer %q is not one of the authorizer's", t.Issuer()))
		return false
	}
	var passed []string
	for _, want := range a.JWT.Issuers[i].Claims {
		got := t.Claims().Get(want.Name)
		switch text, ok := got.Text(); {
		case !got.Exists() && !want.Required && want.Value != "":
			passed = append(passed, fmt.Sprintf("%s is missing and not required", want.Name))
		case !got.Exists():
			v.fail("claims", unauthorized("the authorizer requires the claim %s, and the token has none", want.Name))
			return false
		case !ok:
			v.fail("claims", unauthorized("the authorizer compares the claim %s as a text, and the token's is %s",
				want.Name, got.Kind()))
			return false
		case want.Value != "" && text != want.Value:
			v.fail("claims", unauthorized("the token's claim %s is not the one that the authorizer requires: got %q, want %q",
				want.Name, text, want.Value))
			return false
		default:
			passed = append(passed, fmt.Sprintf("%s is %q", want.Name, text))
		}
	}
	if passed != nil {
		v.pass("claims", "%s", strings.Join(passed, ", "))
	}
	return true
}

// hasScopes compares a method's scopes with the claim scope or, without it, scp. Either may be a text of words or a
// list.
func hasScopes(wanted []string, t *jwt.Token, v *Verdict) bool {
	if len(wanted) == 0 {
		return true
	}
	claim := t.Claims().Get("scope")
	if !claim.Exists() {
		claim = t.Claims().Get("scp")
	}
	have, isList := claim.Texts()
	if !isList {
		text, _ := claim.Text()
		have = strings.Fields(text)
	}
	shown := "none"
	if len(have) > 0 {
		shown = strings.Join(have, ", ")
	}
	want := strings.Join(wanted, ", ")
	i := slices.IndexFunc(wanted, func(s string) bool { return slices.Contains(have, s) })
	if i < 0 {
		v.fail("scopes", mapping.Failure{
			Type:      mapping.AccessDenied,
			Status:    403,
			ErrorType: "AccessDeniedException",
			Capital:   true,
			Message:   "User is not authorized to access this resource",
			Reason:    fmt.Sprintf("the method requires one of the scopes %s, and the token has %s", want, shown),
		})
		return false
	}
	enough := wanted[i]
	v.pass("scopes", "the method requires one of the scopes %s, and the token has %s: %s is enough", want, shown, enough)
	return true
}

// jsonClaims returns a token's claims as JSON, by name.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
func jsonClaims(t *jwt.Token) map[string]string {
	out := map[string]string{}
	for name, value := range t.Claims().Members() {
		out[name] = value.Raw()
	}
	return out
}
