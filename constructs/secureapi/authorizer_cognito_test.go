package secureapi

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
)

// appClient returns a stub of an app client with this ID.
type appClient struct {
	awscognito.IUserPoolClient
	id string
}

func (c appClient) UserPoolClientId() *string { return &c.id }

// ofClients returns an authorizer of the user pool with these clients. The ID "nil" gives a nil client.
func ofClients(ids ...string) CognitoAuthorizer {
	a := CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}, Clients: []awscognito.IUserPoolClient{}}
	for _, id := range ids {
		if id == "nil" {
			a.Clients = append(a.Clients, nil)
		} else {
			a.Clients = append(a.Clients, appClient{id: id})
		}
	}
	return a
}

func withExpression(a CognitoAuthorizer, expression string) CognitoAuthorizer {
	a.ValidationExpression = expression
	return a
}

func TestCognitoClientErrors(t *testing.T) {
	for _, tt := range []struct {
		name       string
		authorizer CognitoAuthorizer
		want       string
	}{
		{
			"no client",
			ofClients(),
			"the API's CognitoAuthorizer: the list Clients is empty, which reads as no client at all: " +
				"name at least one app client, or leave it nil",
		},
		{"nil client", ofClients("a", "nil"), "the API's CognitoAuthorizer: the app client Clients[1] is nil"},
		{"client without an id", ofClients(""), `Clients[0] has the id "": want 1 to 128 letters, digits, _ and +`},
		{
			"client whose id is an expression",
			ofClients("abc", ".*"),
			`Clients[1] has the id ".*": want 1 to 128 letters, digits, _ and +`,
		},
		{"client ID with an alternative", ofClients("abc|def"), `Clients[0] has the id "abc|def": want`},
		{"client ID with a line break", ofClients("abc\n"), `Clients[0] has the id "abc\n": want`},
		{"client ID that is too long", ofClients(strings.Repeat("a", 129)), `Clients[0] has the id "aaa`},
		{"client twice", ofClients("abc", "def", "abc"), "Clients[2] is the same app client as Clients[0]: leave one out"},
		{
			"client twice, by a token",
			ofClients("${Token[TOKEN.1]}", "${Token[TOKEN.1]}"),
			"Clients[1] is the same app client as Clients[0]: leave one out",
		},
		{
			"client by a list",
			ofClients("#{Token[TOKEN.1]}"),
			"Clients[0] has a list for its id, which is known only when the stack is deployed: " +
				"take single values of it with awscdk.Fn_Select",
		},
		{
			"clients and a scope",
			ofClients("abc"),
			`route "GET /orders": it requires scope orders:read, which the API's CognitoAuthorizer cannot ` +
				`enforce: its Clients are compared with aud, which an access token does not have, so that API Gateway ` +
				`would answer 401 to all of them: name a CognitoAuthorizer without Clients for this route, or a ` +
				`JWTAuthorizer of CognitoIssuer(pool, clients...), which compares client_id; else guard it with a ` +
				`TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...), which takes access tokens of these ` +
				`clients alone`,
		},
		{
			"clients and an expression",
			withExpression(ofClients("abc"), "^abc$"),
			`ValidationExpression "^abc$" is set, and Clients makes an expression too: leave one out`,
		},
		{
			"not an expression",
			withExpression(CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}, "(abc"),
			`ValidationExpression "(abc": `,
		},
		{
			"an expression and a scope",
			withExpression(CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}, "^abc$"),
			"its ValidationExpression is compared with aud, which an access token does not have, so that API Gateway would " +
				"answer 401 to all of them: name a CognitoAuthorizer without it for this route",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newTable(props(guardedWith(tt.authorizer))); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestCognitoAudience(t *testing.T) {
	for _, tt := range []struct {
		name    string
		clients []string
		want    string
	}{
		{"one client", []string{"3n4b5urk1ft4fl3mg5e62d9ado"}, "^(3n4b5urk1ft4fl3mg5e62d9ado)$"},
		{"two, in their order", []string{"b", "a"}, "^(b|a)$"},
		{"a character that regular expressions use", []string{"a+b", "c_d"}, `^(a\+b|c_d)$`},
		{"tokens stay as they are", []string{"${Token[TOKEN.12]}", "a"}, "^(${Token[TOKEN.12]}|a)$"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := ofClients(tt.clients...)
			if errs := a.check(); errs != nil {
				t.Fatal(errs)
			}
			if got := a.audience(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	plain := CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
	if got := plain.audience(); got != "" {
		t.Errorf("without clients: got %s, want no expression", got)
	}
	if got := withExpression(plain, "^(web|app)-.*$").audience(); got != "^(web|app)-.*$" {
		t.Errorf("own expression: got %s, want it unchanged", got)
	}
}
