// Package cognito creates an Amazon Cognito user pool for an access table: its domain, its resource servers with their
// scopes, its app clients, and the settings for guards and a login.
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
// The scopes come from the table: "notes/read" is the scope read of the resource server notes. Synthesis refuses a
// scope that no resource server can have, and names its route. The package panics on misuse with an error that names
// the construct, the wrong value and how to fix it.
//
// The pool is closed by default: only an administrator adds users, users have long passwords and a second factor, and
// the pool is kept when the stack is deleted. If groups have scopes, an included Lambda trigger gives each user's token
// the scopes of the user's groups.
//
// The package does not create identity pools, users or messages. It does not guard routes; package secureapi does.
package cognito

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// New creates the pool with its domain, resource servers, clients, identity providers, groups and trigger.
//
// It panics with an error that lists every fault of the props.
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
