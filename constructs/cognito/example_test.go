package cognito_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// A page's users sign in at a user pool, and a program gets tokens of its own. The pool's resource servers and clients
// are derived from the routes.
func ExampleNew() {
	stack := newStack()
	f := backend(stack, "Notes")
	routes := []secureapi.Route{
		secureapi.Handle("GET /", f, secureapi.Public("the page")),
		secureapi.Handle("GET /notes", f, secureapi.AnyScope("notes/read")),
		secureapi.Handle("POST /notes", f, secureapi.AnyScope("notes/write")),
		secureapi.Handle("POST /imports", f, secureapi.GuardedBy("machines"), secureapi.AnyScope("imports/run")),
	}
	users := cognito.New(stack, "Users", &cognito.Props{
		Routes:       routes,
		Origin:       "https://notes.example.com",
		Browser:      cognito.Browser{Scopes: []string{"notes/read", "notes/write"}},
		Machines:     map[string]cognito.Machine{"importer": {Scopes: []string{"imports/run"}}},
		DomainPrefix: "notes-example",
	})
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: users.Login(secureapi.Login{})},
		Authorizers: map[string]secureapi.Authorizer{"machines": secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{users.Issuer(users.MachineClients["importer"])}},
		}},
		Routes: routes,
	})
	fmt.Println(slices.Sorted(maps.Keys(users.ResourceServers)))
	// Output: [imports notes]
}

// New refuses a scope that no resource server can have, and names its route.
func ExampleNew_refused() {
	stack := newStack()
	f := backend(stack, "Notes")
	defer func() { fmt.Println(recover()) }()
	cognito.New(stack, "Users", &cognito.Props{
		Routes:       []secureapi.Route{secureapi.Handle("GET /notes", f, secureapi.AnyScope("notes:read"))},
		DomainPrefix: "notes-example",
	})
	// Output:
	// cognito: Shop/Users: route "GET /notes": no resource server can have the scope "notes:read": in the tokens of a user pool a scope is SERVER/SCOPE: write it as "api/notes.read"
}

// Users sign in only with Google. The client secret is in AWS Secrets Manager and not in the template.
func ExampleGoogle() {
	stack := newStack()
	users := cognito.New(stack, "Users", &cognito.Props{
		Origin: "https://notes.example.com",
		Google: &cognito.Google{
			ClientID:     "1234.apps.googleusercontent.com",
			ClientSecret: secret(stack, "notes/google"),
		},
		NoLocalUsers: true,
		DomainPrefix: "notes-example",
	})
	fmt.Println(*users.Providers["Google"].Node().Path())
	// Output: Shop/Users/Google
}

// Login refuses settings that the pool's client does not have.
func ExampleUsers_Login() {
	users := cognito.New(newStack(), "Users", &cognito.Props{
		Origin:       "https://notes.example.com",
		DomainPrefix: "notes-example",
	})
	fmt.Println(users.Login(secureapi.Login{}).Origin)
	defer func() { fmt.Println(recover()) }()
	users.Login(secureapi.Login{Origin: "https://shop.example.com"})
	// Output:
	// https://notes.example.com
	// cognito: Shop/Users: Login: Origin "https://shop.example.com", and the pool's client is made for "https://notes.example.com": set it in the Props of the pool alone
}

// Members of a group get its scopes. Other users do not get them, even if their client requests them.
func ExampleGroup() {
	stack := newStack()
	f := backend(stack, "Notes")
	users := cognito.New(stack, "Users", &cognito.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /notes", f, secureapi.AnyScope("notes/read")),
			secureapi.Handle("POST /notes", f, secureapi.AnyScope("notes/write")),
		},
		Origin: "https://notes.example.com",
		Groups: []cognito.Group{
			{Name: "readers", Scopes: []string{"notes/read"}},
			{Name: "editors", Scopes: []string{"notes/read", "notes/write"}},
		},
		DomainPrefix: "notes-example",
	})
	fmt.Println(*users.Trigger.Node().Path())
	// Output: Shop/Users/Trigger
}

// A function reads a client ID and secret, with which it gets tokens of its own.
func ExampleUsers_MachineSecret() {
	stack := newStack()
	users := cognito.New(stack, "Users", &cognito.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("POST /imports", backend(stack, "Imports"), secureapi.AnyScope("imports/run")),
		},
		Machines:     map[string]cognito.Machine{"importer": {Scopes: []string{"imports/run"}}},
		DomainPrefix: "notes-example",
	})
	importer := backend(stack, "Importer")
	secret := users.MachineSecret("importer")
	secret.GrantRead(importer, nil)
	importer.AddEnvironment(jsii.String("CREDENTIALS"), secret.SecretArn(), nil)
	fmt.Println(*secret.Node().Path())
	// Output: Shop/Users/MachineSecret-importer
}
