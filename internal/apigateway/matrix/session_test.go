package matrix

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

const keys = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Keys"

// withSession returns a model whose authorizer accepts sessions, with the login of the settings, if any.
func withSession(t *testing.T, table, login string) *apimodel.Model {
	t.Helper()
	m := guarded(t, table)
	api := m.APIs[0]
	const settings = `{"issuers":[{"url":"https://idp.example.com","audiences":["orders"]}],` +
		`"session":{"host":"shop.example.com","keysArn":"` + keys + `"}}`
	api.Methods[0].Authorizer.Function.Environment["GATEHOUSE_AUTHORIZER"] = settings
	if login != "" {
		api.Methods = append(api.Methods, &apimodel.Method{
			ID: id("Login"), Verb: "GET", Path: "/auth/login", Authorization: apimodel.AuthorizationNone,
			Metadata: map[string]string{PublicMetadata: "sends users to the provider"},
			Integration: apimodel.Integration{Type: apimodel.IntegrationProxy, Function: &apimodel.Function{
				ID: id("LoginFunction"), Environment: map[string]string{"GATEHOUSE_LOGIN": login},
			}},
		})
	}
	return m
}

func loginWith(settings string) string {
	return `{"issuer":{"url":"https://idp.example.com","audiences":["orders"]},"clientId":"shop","scopes":["openid"],` +
		`"secretArn":"` + keys + `","origin":"https://shop.example.com","keysArn":"` + keys + `"` + settings + `}`
}

func TestSession(t *testing.T) {
	const some = `{"version":1,"routes":[{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]}]}]}`
	const none = `{"version":1,"routes":[{"route":"GET /orders"}]}`
	for _, tt := range []struct{ name, table, login, session, who string }{
		{"with a requirement", some, loginWith(""), "/auth", "a session of /auth with scope orders:read"},
		{"without one", none, loginWith(""), "/auth", "any session of /auth"},
		{"of a login elsewhere in the API", none, loginWith(`,"path":"/signin"`), "/signin", "any session of /signin"},
		{"of a login that seals another cookie", none, loginWith(`,"cookie":"__Host-other"`), "", "any session"},
		{"of no login", some, "", "", "a session with scope orders:read"},
		{"of a login that cannot be read", none, "{", "", "any session"},
		{
			"of another authorizer", `{"version":1,"routes":[{"route":"GET /orders","elsewhere":true}]}`, loginWith(""), "/auth",
			"no caller: its authorizer leaves the route to another one",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Of(withSession(t, tt.table, tt.login), "")
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range m.APIs[0].Routes {
				switch r.Path {
				case "/orders":
					if r.Session != tt.session || r.Who != tt.who {
						t.Errorf("got %q, %q", r.Session, r.Who)
					}
				case "/auth/login":
					if r.Session != "" || r.describeCallers() != "anyone: sends users to the provider" {
						t.Errorf("the login: got %q, %q", r.Session, r.describeCallers())
					}
				}
			}
			if text := string(m.JSON()); strings.Contains(text, `"session": "`+tt.session+`"`) != (tt.session != "") {
				t.Errorf("got %s", text)
			}
		})
	}
}
