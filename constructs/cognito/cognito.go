// Package cognito makes an Amazon Cognito user pool for an access table: its domain, its resource servers and their
// scopes, its app clients, and what guards and a login need to know of it.
//
//	routes := []secureapi.Route{
//		secureapi.Handle("GET /", page, secureapi.Public("the page")),
//		secureapi.Handle("GET /notes", notes, secureapi.AnyScope("notes/read")),
//		secureapi.Handle("POST /notes", notes, secureapi.AnyScope("notes/write")),
//	}
//	users := cognito.New(stack, "Users", &cognito.Props{
//		Routes:       routes,
//		Origin:       "https://notes.example.com",
//		DomainPrefix: "notes-example",
//	})
//	secureapi.New(stack, "Api", &secureapi.Props{
//		Authorizer: secureapi.SessionAuthorizer{Login: users.Login(secureapi.Login{})},
//		Routes:     routes,
//	})
//
// The table is the source of the scopes: "notes/read" is the scope read of the resource server notes. A scope that no
// resource server can have is refused, with its route, when the stack is synthesized. Misuse panics with an error that
// names the construct, the wrong value and the way out.
//
// The pool is closed by default: users are added by an administrator, have long passwords and a second factor, and
// outlive the stack.
//
// Where groups have scopes, a function of the library says which of them a user's token has.
//
// It does not make identity pools, users or messages, and it does not guard anything: package secureapi does.
package cognito

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// New makes the pool, its domain, resource servers, clients, identity providers, groups and trigger.
//
// It panics with an error if the props are wrong. The error has all that is wrong with them.
func New(scope constructs.Construct, id string, props *Props) *Users {
	path := id
	if scope == nil {
		panic(fmt.Errorf("cognito: %s: the scope is nil: give it the stack", path))
	}
	if above := *scope.Node().Path(); above != "" {
		path = above + "/" + id
	}
	if props == nil {
		props = &Props{}
	}
	own := *props
	scopes, errs := own.check()
	if err := errors.Join(errs...); err != nil {
		panic(fmt.Errorf("cognito: %s: %w", path, err))
	}
	u := &Users{props: &own, path: path, scopes: scopes, secrets: map[string]awssecretsmanager.Secret{}}
	constructs.NewConstruct_Override(u, scope, &id)
	u.addPool()
	u.addDomain()
	u.addServers()
	u.addProviders()
	u.addGroups()
	u.addTrigger()
	u.addClients()
	return u
}
