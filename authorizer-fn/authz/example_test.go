package authz_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// members represents a database of members.
type members struct{}

type member struct {
	Tenant    string
	Teams     []string
	Suspended bool
}

var errNoMember = errors.New("no such member")

func (members) find(_ context.Context, id string) (member, error) {
	if id == "" {
		return member{}, errNoMember
	}
	return member{Tenant: "acme", Teams: []string{"support"}}, nil
}

// This is the main of an authorizer with a hook. Set JWT.Package of the constructs to its import path. The hook reads
// the caller's teams from a database and adds them as groups, which the access table may require. It also passes the
// tenant to the backend. The example is compiled but not run, because lambda.Start does not return.
func Example() {
	var table members
	hook := func(ctx context.Context, c *authz.Caller) error {
		m, err := table.find(ctx, c.Principal)
		switch {
		case errors.Is(err, errNoMember):
			return authz.ErrDenied // 403, which API Gateway caches
		case err != nil:
			return err // 500, which is not cached
		case m.Suspended:
			return authz.ErrUnauthorized // 401
		}
		c.Groups = append(c.Groups, m.Teams...)
		c.Context["tenant"] = m.Tenant
		return nil
	}
	authorizer, err := authz.FromLambda(os.Getenv, authz.Options{Hook: hook})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(authorizer)
}

// issuer is an identity provider, and key signs its tokens.
var (
	key    = authztest.RSA("2026-01", 2048)
	issuer = authztest.NewIssuer("https://idp.example.com", key)
)

// decide returns the answer of an authorizer with a hook to a token of the issuer.
func decide(hook authz.Hook, claims authztest.Object) string {
	config := authz.Config{Issuers: []authz.Issuer{{
		URL:       "https://idp.example.com",
		Audiences: []string{"orders"},
		JWKSURL:   issuer.JWKSURL(),
	}}}
	environment := config.Environment()
	authorizer, err := authz.FromLambda(func(name string) string { return environment[name] }, authz.Options{
		Hook:      hook,
		Transport: issuer, // for tests without a network
		Log:       io.Discard,
		Files: fstest.MapFS{"access.json": {Data: []byte(`{"version":1,"routes":[
			{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]}]},
			{"route":"GET /health","elsewhere":true}]}`)}},
	})
	if err != nil {
		return err.Error()
	}
	token := key.Token("RS256", claims.With(authztest.Object{
		"iss": "https://idp.example.com", "aud": "orders", "sub": "user-1", "exp": time.Now().Add(time.Hour).Unix(),
	}))
	event := authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+token)
	answer, err := authorizer.Invoke(context.Background(), event)
	if err != nil {
		return err.Error() // API Gateway answers 401 to Unauthorized, and 500 to anything else
	}
	var policy struct {
		PrincipalID    string `json:"principalId"`
		PolicyDocument struct{ Statement []struct{ Effect string } }
	}
	if err := json.Unmarshal(answer, &policy); err != nil {
		return err.Error()
	}
	return policy.PolicyDocument.Statement[0].Effect + " " + policy.PrincipalID
}

// The included function's authorizer reads its configuration from the environment and the access table from the bundle.
func ExampleFromLambda() {
	fmt.Println(decide(nil, authztest.Object{"scope": "orders:read"}))
	fmt.Println(decide(nil, authztest.Object{"scope": "orders:write"}))
	fmt.Println(decide(nil, authztest.Object{"nbf": time.Now().Add(time.Hour).Unix()})) // not valid yet
	// Output:
	// Allow user-1
	// Deny user-1
	// Unauthorized
}

// This hook only removes rights. It uses a claim that the access table does not mention.
func ExampleHook() {
	var hook authz.Hook = func(_ context.Context, c *authz.Caller) error {
		if plan, ok := c.Claim("account.plan"); !ok || plan != "paid" {
			c.Scopes = nil
		}
		return nil
	}
	fmt.Println(decide(hook, authztest.Object{"scope": "orders:read", "account": authztest.Object{"plan": "paid"}}))
	fmt.Println(decide(hook, authztest.Object{"scope": "orders:read", "account": authztest.Object{"plan": "free"}}))
	// Output:
	// Allow user-1
	// Deny user-1
}

// The construct writes this configuration into the function's environment.
func ExampleConfig_Environment() {
	config := authz.Config{
		Issuers:       []authz.Issuer{{URL: "https://idp.example.com", Audiences: []string{"orders"}}},
		ContextClaims: []string{"email"},
	}
	environment := config.Environment()
	fmt.Println(environment[authz.ConfigVariable])

	again, err := authz.FromEnvironment(func(name string) string { return environment[name] })
	fmt.Println(again.ContextClaims, err)
	// Output:
	// {"issuers":[{"url":"https://idp.example.com","audiences":["orders"]}],"contextClaims":["email"]}
	// [email] <nil>
}
