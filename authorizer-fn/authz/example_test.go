package authz_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
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
// caller into rights, which the access table is then compared with, and tells the backend the tenant.
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

// A hook that only narrows: a claim that the access table knows nothing of takes rights away.
func ExampleHook() {
	var hook authz.Hook = func(_ context.Context, c *authz.Caller) error {
		if plan, ok := c.Claim("account.plan"); !ok || plan != "paid" {
			c.Scopes = nil
		}
		return nil
	}
	fmt.Println(hook != nil)
	// Output: true
}
