package checks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// TokenVerifier verifies the tokens of a user pool.
type TokenVerifier interface {
	// Verify accepts a token of the pool for the use "id" or "access". The error is one of package jwt.
	Verify(ctx context.Context, pool *apimodel.UserPool, use, token string) (*jwt.Token, error)
}

// cognito is a prepared authorizer with user pools.
type cognito struct {
	audience *regexes.Pattern // what the token's aud must match; nil for anything
}

func (g *Guard) prepareCognito() {
	g.cognito = map[*apimodel.Authorizer]*cognito{}
	for _, a := range g.options.API.Authorizers {
		if a.Type != apimodel.CognitoAuthorizer {
			continue
		}
		g.cognito[a] = &cognito{g.expression(a)}
	}
}

// userPool checks a method with user pools: the token first, then the resource policy, which must allow the request
// explicitly. A method without scopes accepts an ID token. A method with scopes accepts an access token that has any
// one of them.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
func (g *Guard) userPool(ctx context.Context, c *Call, arn string, v *Verdict) {
	a := c.Method.Authorizer
	token, ok := g.bearer(c, a, v)
	if !ok {
		return
	}
	use := "id"
	if len(c.Method.Scopes) > 0 {
		use = "access"
	}
	verified, err := g.verifyToken(ctx, a.UserPools, use, token)
	switch {
	case errors.Is(err, jwt.ErrExpired):
		d := unauthorized("the token has expired%s", gotAndWant(err))
		d.Message = "The incoming token has expired"
		v.fail("token", d)
		return
	case err != nil:
		v.fail("token", unauthorized(
			"not a valid %s token of the user pools, which a method %s requires: %s%s",
			use,
			map[string]string{"id": "without scopes", "access": "with scopes"}[use],
			strings.TrimPrefix(err.Error(), jwt.ErrRejected.Error()+": "),
			gotAndWant(err),
		))
		return
	}
	v.pass("token", "a valid %s token of %s for %q%s", use, verified.Issuer(), verified.Subject(), g.lifetime(verified))
	if !g.audience(a, verified, v) {
		return
	}
	if use == "access" {
		have, _ := verified.Claim("scope").Text()
		wanted := strings.Join(c.Method.Scopes, ", ")
		i := slices.IndexFunc(c.Method.Scopes, func(s string) bool { return slices.Contains(strings.Fields(have), s) })
		if i < 0 {
			v.fail(
				"scopes",
				unauthorized("the method requires one of the scopes %s, and the token has %s", wanted, scopesOf(have)),
			)
			return
		}
		v.pass(
			"scopes",
			"the method requires one of the scopes %s, and the token has %s: %s is enough",
			wanted,
			scopesOf(have),
			c.Method.Scopes[i],
		)
	}
	v.Known.Claims, v.Principal = claims(verified), verified.Subject()
	g.mustAllow(c, arn, iampolicy.Caller{}, v)
}

// audience compares a token's aud with the authorizer's expression, if it has one, and reports whether the request may
// continue. Access tokens of Amazon Cognito have no aud, so an authorizer with an expression rejects all of them.
// Sources: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html ("API Gateway will match the aud
// field of the incoming token from the client against the specified regular expression"; no match is a 401) and, for
// access tokens, https://github.com/awsdocs/amazon-api-gateway-developer-guide/pull/54
func (g *Guard) audience(a *apimodel.Authorizer, token *jwt.Token, v *Verdict) bool {
	expression := g.cognito[a].audience
	if expression == nil {
		return true
	}
	aud, ok := token.Claim("aud").Text()
	matches, err := expression.Match(aud)
	switch {
	case !ok:
		v.fail(
			"audience",
			unauthorized(
				"the authorizer compares aud with %q, and the token has no aud that is a text, "+
					"as Amazon Cognito's access tokens have none: leave its IdentityValidationExpression out for methods with scopes",
				a.Validation,
			),
		)
	case err != nil:
		v.fail(
			"audience",
			unauthorized(
				"the token's aud %q cannot be compared with the authorizer's expression %q: %v",
				aud,
				a.Validation,
				err,
			),
		)
	case !matches:
		v.fail(
			"audience",
			unauthorized("the token's aud %q does not match the authorizer's expression %q", aud, a.Validation),
		)
	default:
		v.pass("audience", "the token's aud %q matches the authorizer's expression %q", aud, a.Validation)
		return true
	}
	return false
}

// lifetime says how long a token is still valid.
func (g *Guard) lifetime(t *jwt.Token) string {
	seconds, ok := t.Claim("exp").Int64()
	if !ok {
		return ""
	}
	return ", valid for another " + shortDuration(time.Unix(seconds, 0).Sub(g.options.Now()))
}

// scopesOf lists the scopes in a claim.
func scopesOf(claim string) string {
	if list := strings.Fields(claim); len(list) > 0 {
		return strings.Join(list, ", ")
	}
	return "none"
}

// gotAndWant says which value of a token was rejected and which is expected; "" if that is not known.
func gotAndWant(err error) string {
	var foreign *foreignError
	got, want := jwt.Mismatch(err)
	if errors.As(err, &foreign) {
		want = strings.Join(foreign.pools, ", ")
	}
	if got == "" || want == "" {
		return ""
	}
	return fmt.Sprintf(": got %q, want %q", got, want)
}

// foreignError is a rejection of a token's issuer that lists the issuers of all of the authorizer's pools.
type foreignError struct {
	error
	pools []string
}

func (e *foreignError) Unwrap() error { return e.error }

// verifyToken tries the authorizer's pools. If all of them reject the token, it returns the error of the pool that
// issued the token or, if none did, that of the first pool.
func (g *Guard) verifyToken(ctx context.Context, pools []*apimodel.UserPool, use, token string) (*jwt.Token, error) {
	failed := errors.New("the authorizer has no user pool")
	for i, pool := range pools {
		t, err := g.options.Tokens.Verify(ctx, pool, use, token)
		if err == nil {
			return t, nil
		}
		if i == 0 || !errors.Is(err, jwt.ErrIssuer) {
			failed = err
		}
	}
	if errors.Is(failed, jwt.ErrIssuer) {
		foreign := &foreignError{error: failed}
		for _, pool := range pools {
			foreign.pools = append(foreign.pools, pool.ProviderURL)
		}
		return nil, foreign
	}
	return nil, failed
}

// claims returns a token's claims as strings, in the form of events recorded on AWS: exp and iat are written out ("Sun
// Dec 17 07:28:12 UTC 2017"), auth_time is a number ("1513492092"), email_verified is "true", groups are joined by
// commas.
func claims(t *jwt.Token) map[string]string {
	out := map[string]string{}
	for name, value := range t.Claims().Members() {
		text, isText := value.Text()
		seconds, isNumber := value.Int64()
		switch {
		case isText:
			out[name] = text
		case isNumber && (name == "exp" || name == "iat"):
			out[name] = time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 MST 2006")
		case value.Kind() == strictjson.Array:
			if list, ok := value.Texts(); ok {
				out[name] = strings.Join(list, ",")
			} else {
				out[name] = value.Raw()
			}
		default:
			out[name] = value.Raw()
		}
	}
	return out
}
