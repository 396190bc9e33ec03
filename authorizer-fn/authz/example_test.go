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

// members stands for a table that is looked up for each caller.
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

// A main of one's own: JWT.Package of the constructs names its import path. The hook turns what a database knows of the
// caller into rights, which the access table is then compared with, and tells the backend the tenant. Lambda.Start does
// not return, so this one is compiled and not run.
func Example() {
	var table members
	hook := func(ctx context.Context, c *authz.Caller) error {
		m, err := table.find(ctx, c.Principal)
		switch {
		case errors.Is(err, errNoMember):
			return authz.ErrDenied // 403, for as long as API Gateway keeps it
		case err != nil:
			return err // 500, and the next request asks again
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

// issuer is an identity provider, and decide what an authorizer with a hook answers to a token of it.
var (
	key    = authztest.RSA("2026-01", 2048)
	issuer = authztest.NewIssuer("https://idp.example.com", key)
)

func decide(hook authz.Hook, claims authztest.Object) string {
	config := authz.Config{
		Issuers: []authz.Issuer{{URL: "https://idp.example.com", Audiences: []string{"orders"}, JWKSURL: issuer.JWKSURL()}},
	}
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
	answer, err := authorizer.Invoke(
		context.Background(),
		authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+token),
	)
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

// The authorizer of the included function: its configuration is in the environment, the access table in the bundle.
func ExampleFromLambda() {
	fmt.Println(decide(nil, authztest.Object{"scope": "orders:read"}))
	fmt.Println(decide(nil, authztest.Object{"scope": "orders:write"}))
	fmt.Println(decide(nil, authztest.Object{"nbf": time.Now().Add(time.Hour).Unix()})) // not valid yet
	// Output:
	// Allow user-1
	// Deny user-1
	// Unauthorized
}

// A hook that only narrows: a claim that the access table knows nothing of takes rights away.
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

// The configuration is what the construct writes into the function's environment.
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
