package matrix

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// guarded is a model of one API with one method, GET /orders, which an included authorizer guards.
func guarded(t testing.TB, table string) *apimodel.Model {
	t.Helper()
	dir := t.TempDir()
	if table != "" {
		if err := os.WriteFile(filepath.Join(dir, access.FileName), []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	function := &apimodel.Function{
		ID: id("Guard"), Code: apimodel.Code{Folder: dir}, Environment: map[string]string{"GATEHOUSE_AUTHORIZER": "{}"},
	}
	return &apimodel.Model{APIs: []*apimodel.API{{ID: id("Api"), Name: "Api", Methods: []*apimodel.Method{{
		ID: id("Get"), Verb: "GET", Path: "/orders", Authorization: apimodel.AuthorizationCustom,
		Authorizer: &apimodel.Authorizer{
			ID:       id("Authorizer"),
			Type:     apimodel.TokenAuthorizer,
			Function: function,
			TTL:      5 * time.Minute,
		},
	}}}}}
}

func id(name string) apimodel.ID { return apimodel.ID{Stack: "Shop", LogicalID: name} }

func TestIncludedAuthorizer(t *testing.T) {
	const scope = `{"kind":"scope","anyOf":["orders:read"]}`
	for _, tt := range []struct {
		name, table, who string
		requires         int
	}{
		{"no requirement", `{"version":1,"routes":[{"route":"GET /orders"}]}`, "any valid token", 0},
		{"one", `{"version":1,"routes":[{"route":"GET /orders","requires":[` + scope + `]}]}`, "scope orders:read", 1},
		{
			"several",
			`{"version":1,"routes":[{"route":"GET /orders","requires":[` + scope +
				`,{"kind":"group","anyOf":["staff","admins"]}]}]}`,
			"scope orders:read and group staff or admins",
			2,
		},
		{
			"of another authorizer",
			`{"version":1,"routes":[{"route":"GET /orders","elsewhere":true}]}`,
			"no caller: its authorizer leaves the route to another one",
			0,
		},
		{
			"another verb",
			`{"version":1,"routes":[{"route":"POST /orders"}]}`,
			"no caller: its authorizer does not know the route",
			0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Of(guarded(t, tt.table), "")
			if err != nil {
				t.Fatal(err)
			}
			r := m.APIs[0].Routes[0]
			if r.Who != tt.who || len(r.Requires) != tt.requires || r.Kind != Token || r.Authorizer != "Authorizer" ||
				*r.Cache != 5*time.Minute {
				t.Errorf("got %+v, want %s", r, tt.who)
			}
		})
	}
}

func TestCognitoClients(t *testing.T) {
	for _, tt := range []struct {
		name, expression string
		scopes           []string
		who              string
	}{
		{"any client", "", nil, "any ID token"},
		{"a client of the assembly", "^(abc)$", nil, "any ID token of the app client Shop/Web"},
		{"and one outside of it", "^(other|abc)$", nil, "any ID token of the app client other or Shop/Web"},
		{"an expression that is not a list", "^a", nil, `any ID token whose aud matches "^a"`},
		{"a scope", "", []string{"orders/read"}, "scope orders/read"},
		{
			"a scope, which is in tokens without aud",
			"^(abc)$",
			[]string{"orders/read"},
			"no token: its authorizer compares aud, and access tokens of Amazon Cognito have none",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, "")
			method := model.APIs[0].Methods[0]
			method.Authorization, method.Scopes = apimodel.AuthorizationCognito, tt.scopes
			method.Authorizer.Type, method.Authorizer.Validation = apimodel.CognitoAuthorizer, tt.expression
			model.UserPools = []*apimodel.UserPool{{Clients: []*apimodel.UserPoolClient{{ID: id("Web"), ClientID: "abc"}}}}
			m, err := Of(model, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := m.APIs[0].Routes[0].Who; got != tt.who {
				t.Errorf("got  %s\nwant %s", got, tt.who)
			}
		})
	}
}

func TestJWTAuthorizer(t *testing.T) {
	plan := apimodel.JWTClaim{Name: "plan", Value: "pro", Required: true}
	use := apimodel.JWTClaim{Name: "token_use", Value: "access", Required: true}
	for _, tt := range []struct {
		name   string
		scopes []string
		first  []apimodel.JWTClaim
		who    string
	}{
		{"any token", nil, nil, "any valid token"},
		{"scopes", []string{"a", "b"}, nil, "scope a or b"},
		{"a condition of all issuers", []string{"a"}, []apimodel.JWTClaim{use, plan}, "scope a and claim plan is pro"},
		{"a condition that is not required", nil, []apimodel.JWTClaim{{Name: "plan", Value: "pro"}}, "any valid token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, "")
			method := model.APIs[0].Methods[0]
			method.Authorization, method.Scopes = apimodel.AuthorizationJWT, tt.scopes
			*method.Authorizer = apimodel.Authorizer{
				ID: method.Authorizer.ID, Name: "jwt", Type: apimodel.JWTAuthorizer, JWT: &apimodel.JWT{
					Issuers: []apimodel.JWTIssuer{
						{URL: "https://a", Audiences: []string{"x", "y"}, Claims: tt.first},
						{URL: "https://b", Audiences: []string{"x"}, Claims: []apimodel.JWTClaim{plan}},
					},
				},
			}
			model.APIs[0].Authorizers = []*apimodel.Authorizer{method.Authorizer}
			m, err := Of(model, "")
			if err != nil {
				t.Fatal(err)
			}
			r, a := m.APIs[0].Routes[0], m.APIs[0].Authorizers[0]
			if r.Who != tt.who || r.Kind != JWT || r.Authorizer != "jwt" || len(a.By) != 2 ||
				a.By[1] != "https://b for x with plan=pro" {
				t.Errorf("got %+v and %+v, want %s", r, a, tt.who)
			}
		})
	}
}

// TestUnknown checks that unknown access is an error, and never looks like open access.
func TestUnknown(t *testing.T) {
	const table = `{"version":1,"routes":[{"route":"GET /orders"}]}`
	method := func(m *apimodel.Model) *apimodel.Method { return m.APIs[0].Methods[0] }
	for _, tt := range []struct {
		name   string
		table  string
		change func(m *apimodel.Model)
		want   string
	}{
		{
			"no access table",
			"",
			func(*apimodel.Model) {},
			"Shop/Api GET /orders: the access table of Shop/Guard cannot be read: ",
		},
		{"a wrong access table", "{}", func(*apimodel.Model) {}, "the access table of Shop/Guard: access: access.json: "},
		{
			"code that is not a folder",
			table,
			func(m *apimodel.Model) { method(m).Authorizer.Function.Code = apimodel.Code{Zip: "a.zip"} },
			"its code is not a folder of the assembly",
		},
		{"a configuration that is not known does not make it another function", "", func(m *apimodel.Model) {
			f := method(m).Authorizer.Function
			f.Environment, f.Unresolved = nil, map[string]string{"GATEHOUSE_AUTHORIZER": "unresolved"}
		}, "the access table of Shop/Guard cannot be read"},
		{
			"no authorizer",
			table,
			func(m *apimodel.Model) { method(m).Authorizer = nil },
			"its authorizer is not in the assembly",
		},
		{"no authorizer, in the model's words", table, func(m *apimodel.Model) {
			method(m).Authorizer = nil
			m.Problems = []apimodel.Problem{{ID: id("Get"), What: "its authorizer abc123 is not one of the API's", Blocks: true}}
		}, "Shop/Api GET /orders: its authorizer abc123 is not one of the API's"},
		{
			"an authorizer of no type",
			table,
			func(m *apimodel.Model) { method(m).Authorizer.Type = "MAGIC" },
			"its authorizer has no type that API Gateway knows",
		},
		{
			"no type of authorization",
			table,
			func(m *apimodel.Model) { method(m).Authorization = "" },
			"it has no AuthorizationType that API Gateway knows",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, tt.table)
			tt.change(model)
			m, err := Of(model, "")
			if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want an ErrUnknown with %s\n got %v", tt.want, err)
			}
			r := m.APIs[0].Routes[0]
			if r.Who != "not known" || r.Kind == None {
				t.Errorf("it reads as %s, %s", r.Kind, r.Who)
			}
		})
	}
}

// TestIncompleteAPI checks that the matrix has a note if routes of an API may be missing.
func TestIncompleteAPI(t *testing.T) {
	model := guarded(t, `{"version":1,"routes":[{"route":"GET /orders"}]}`)
	model.Problems = []apimodel.Problem{
		{ID: id("Api"), What: "its routes are in an OpenAPI document (Body), which is not read", Blocks: true},
		{ID: id("Api"), What: "its endpoint is private"},
		{ID: id("Get"), What: "its integration is HTTP", Blocks: true}, // of no weight for access
	}
	_, err := Of(model, "")
	const want = "access is not known: Shop/Api: its routes are in an OpenAPI document (Body), which is not read"
	if err == nil || err.Error() != want {
		t.Errorf("want %s\n got %v", want, err)
	}
	if _, err := Of(model, "Other"); err != nil {
		t.Errorf("of another stack: %v", err)
	}
}

// TestPolicyThatIsNotKnown has a value that is known only after deployment, such as the range of a VPC. The matrix
// notes that there is a policy, and nothing more about it.
func TestPolicyThatIsNotKnown(t *testing.T) {
	model := guarded(t, `{"version":1,"routes":[{"route":"GET /orders"}]}`)
	model.Problems = []apimodel.Problem{{ID: id("Api"), What: "unresolved", Blocks: true, OfPolicy: true}}
	if m, err := Of(model, ""); err != nil || m.APIs[0].Policy != MayRefuse {
		t.Errorf("got %+v and %v, want a resource policy and no error", m, err)
	}
}

func TestOrder(t *testing.T) {
	at := func(stack, logical, name string, routes ...string) *apimodel.API {
		api := &apimodel.API{ID: apimodel.ID{Stack: stack, LogicalID: logical}, Name: name}
		for _, r := range routes {
			verb, path, _ := strings.Cut(r, " ")
			api.Methods = append(api.Methods, &apimodel.Method{Verb: verb, Path: path, Authorization: apimodel.AuthorizationIAM})
		}
		return api
	}
	m, err := Of(&apimodel.Model{APIs: []*apimodel.API{
		at("Shop", "Z", "Api", "POST /a", "GET /b", "GET /a", "GET /"),
		at("Shop", "A", "Api"),
		at("Shop", "B", ""),
		at("Prod/Shop", "A", "Api"),
	}}, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, api := range m.APIs {
		got = append(got, api.String())
		for _, r := range api.Routes {
			got = append(got, r.String())
		}
	}
	want := "Prod/Shop/Api, Shop/Api [A], Shop/Api [Z], GET /, GET /a, POST /a, GET /b, Shop/B"
	if got := strings.Join(got, ", "); got != want {
		t.Errorf("want %s\n got %s", want, got)
	}
}

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows [][]string
		want string
	}{
		{
			"columns are rounded up",
			[][]string{{"A", "B", "C"}, {"1234567", "12", "x"}},
			"A               B       C\n1234567         12      x\n",
		},
		{
			"so that a longer value need not move the others",
			[][]string{{"A", "B", "C"}, {"12345678901234", "123456", "x"}},
			"A               B       C\n12345678901234  123456  x\n",
		},
		{"characters count, not bytes", [][]string{{"äöü", "x"}, {"abc", "y"}}, "äöü     x\nabc     y\n"},
		{"no control characters", [][]string{{"a\x1b[31m\n", "x"}}, "a\\x1b[31m\\n     x\n"},
		{"quotes stay", [][]string{{`a "b"`, "x"}}, "a \"b\"   x\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(table(tt.rows)); got != tt.want {
				t.Errorf("want\n%s got\n%s", tt.want, got)
			}
		})
	}
}

func TestCache(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                       "off",
		time.Second:             "1s",
		90 * time.Second:        "90s",
		5 * time.Minute:         "5m",
		time.Hour:               "1h",
		3599 * time.Second:      "3599s",
		1500 * time.Millisecond: "1.5s",
	} {
		if got := (Route{Authorizer: "Jwt", Cache: &d}).describeCache(); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
	if got := (Route{}).describeCache(); got != "-" {
		t.Errorf("without an authorizer: got %s", got)
	}
	if got := (Route{Authorizer: "Jwt"}).describeCache(); got != "not known" {
		t.Errorf("of a time that is not resolved: got %s", got)
	}
}
