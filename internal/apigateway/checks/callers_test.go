package checks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

const poolURL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3"

// secret signs the tokens of the tests' user pools, which only differ in their URLs.
var secret = []byte("a secret of the tests, of thirty-two bytes and more")

// pools verifies tokens that signed makes.
type pools struct {
	now   func() time.Time
	asked []string // for tokens of this use
}

func (p *pools) Verify(ctx context.Context, pool *apimodel.UserPool, use, token string) (*jwt.Token, error) {
	p.asked = append(p.asked, use)
	v, err := jwt.New(jwt.Options{Now: p.now, Issuers: []jwt.Issuer{{
		URL: pool.ProviderURL, Audiences: []string{"client"}, Algorithms: []string{"HS256"}, TokenUse: use,
		Secret: func(context.Context) ([]byte, error) { return secret, nil },
	}}})
	if err != nil {
		return nil, err
	}
	return v.Verify(ctx, token)
}

// signed is a token of a user pool as Cognito makes them: "id" or "access", with more claims.
func signed(use string, more map[string]any) string {
	claims := map[string]any{
		"iss":       poolURL,
		"sub":       "alice",
		"token_use": use,
		"iat":       t0.Unix(),
		"exp":       t0.Add(time.Hour).Unix(),
	}
	if use == "id" {
		claims["aud"] = "client"
	} else {
		claims["client_id"] = "client"
	}
	for name, value := range more {
		claims[name] = value
	}
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(text)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + encode(mac.Sum(nil))
}

// withPools gives the guard user pools.
func withPools(g *gate) { g.options.Tokens = &pools{now: func() time.Time { return g.now }} }

// cognito returns an authorizer of these user pools.
func (g *gate) userPools(urls ...string) *apimodel.Authorizer {
	a := &apimodel.Authorizer{
		Type:            apimodel.CognitoAuthorizer,
		IdentitySources: []apimodel.IdentitySource{{In: "header", Name: "Authorization"}},
	}
	for _, url := range urls {
		a.UserPools = append(a.UserPools, &apimodel.UserPool{ProviderURL: url})
	}
	return g.authorizer(a)
}

// The principals that sign requests. Each uses the ID of its key also as the secret.
const (
	developer = "AKIADEVELOPER"
	clerk     = "AKIACLERK"   // may read orders and must not read order 13
	auditor   = "AKIAAUDITOR" // may read everything but order 13; the policy that denies comes first
	broken    = "AKIABROKEN"
)

const clerkARN = "arn:aws:sts::123456789012:assumed-role/clerk/local"

func withKeys(g *gate) {
	g.options.Keys = []AccessKey{
		{ID: developer, Secret: developer},
		{
			ID:     clerk,
			Secret: clerk,
			Principal: &apimodel.Principal{
				Name: "clerk",
				ARN:  "arn:aws:iam::123456789012:role/clerk",
				Policies: []json.RawMessage{
					[]byte(
						policyOf(statement("Allow", "", arnBase+"GET/orders/*")),
					), []byte(policyOf(statement("Deny", "", arnBase+"*/orders/13"))),
				},
			},
		},
		{
			ID:     auditor,
			Secret: auditor,
			Principal: &apimodel.Principal{
				User: true,
				ARN:  "arn:aws:iam::123456789012:user/auditor",
				Policies: []json.RawMessage{
					[]byte(policyOf(statement("Deny", "", arnBase+"*/orders/13"))), []byte(policyOf(statement("Allow", "", "*"))),
				},
			},
		},
		{
			ID:     broken,
			Secret: broken,
			Principal: &apimodel.Principal{User: true, ARN: "arn:aws:iam::123456789012:user/broken", Policies: []json.RawMessage{
				[]byte(policyOf(statement("Allow", "", "*"))), []byte(`{"Statement":"?"}`),
			}},
		},
	}
}

var signedMethod = &apimodel.Method{Authorization: apimodel.AuthorizationIAM}

// sign makes a request that is signed with a key.
func (g *gate) sign(t *testing.T, key, secret, target string) *Call {
	t.Helper()
	c := g.call(signedMethod, target)
	r, err := http.NewRequest(c.Verb, "http://"+c.Host+c.RawPath+"?"+c.RawQuery, nil)
	if err != nil {
		t.Fatal(err)
	}
	empty := sha256.Sum256(nil)
	creds := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hex.EncodeToString(empty[:]), "execute-api",
		"us-east-1", g.now); err != nil {
		t.Fatal(err)
	}
	for name, values := range r.Header {
		for _, value := range values {
			c.Headers = append(c.Headers, exchange.Header{Name: name, Value: value})
		}
	}
	return c
}
