package localgateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/devissuer"
	"github.com/gatehouse-cdk/gatehouse/localgateway/functions"
)

// records collects what a gateway tells of its requests.
type records struct {
	mu  sync.Mutex
	all []*Record
}

func (r *records) add(one *Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, one)
}

func (r *records) last() *Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[len(r.all)-1]
}

// The sources of the cases: lines of our list of how API Gateway behaves, and the documents that these are taken from.
const (
	guide    = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
	snapshot = "https://github.com/localstack/localstack, tests/aws/services/apigateway, recorded on AWS"
)

func TestRequests(t *testing.T) {
	var told records
	api := Start(t, assemblyOf(t, shop()), Options{Record: told.add})
	const (
		unauthorized = `401 UnauthorizedException {"message":"Unauthorized"}`
		missing      = `403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}`
	)
	for _, c := range []struct {
		line          int
		source        string
		name, target  string
		authorization string
		want          string // a status, an error type and the body, or a status and the route's name
		route         string
	}{
		{1, guide + "configure-api-gateway-lambda-authorization.html", "without a token", "GET /prod/orders", "", unauthorized, "GET /orders"},
		{3, guide + "apigateway-use-lambda-authorizer.html", "the authorizer's error is Unauthorized", "GET /prod/orders", "Bearer nobody", unauthorized, "GET /orders"},
		{4, guide + "apigateway-use-lambda-authorizer.html", "it denies", "GET /prod/orders/mine", "Bearer deny",
			`403 AccessDeniedException {"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}`, "GET /orders/mine"},
		{4, guide + "apigateway-use-lambda-authorizer.html", "it is silent", "GET /prod/orders/mine", "Bearer other",
			`403 AccessDeniedException {"Message":"User is not authorized to access this resource"}`, "GET /orders/mine"},
		{4, guide + "apigateway-use-lambda-authorizer.html", "it allows", "GET /prod/orders/mine", "Bearer allow", "200 mine", "GET /orders/mine"},
		{14, guide + "apigateway-integrate-with-cognito.html", "no token of the user pool", "GET /prod/account", "", unauthorized, "GET /account"},
		{14, guide + "apigateway-integrate-with-cognito.html", "a token of the user pool", "GET /prod/account", api.Token(devissuer.TokenRequest{}), "200 account", "GET /account"},
		{15, guide + "permissions.html", "unsigned", "GET /prod/signed", "", missing, "GET /signed"},

		{16, snapshot, "an unknown path", "GET /prod/nothing", "", missing, ""},
		{16, snapshot, "an unknown verb", "DELETE /prod/orders", "", missing, ""},
		{16, snapshot, "a path in other letters", "GET /prod/Orders", "", missing, ""},
		{16, snapshot, "an unknown stage", "GET /dev/orders", "", `403 ForbiddenException {"message":"Forbidden"}`, ""},
		{16, snapshot, "the root", "GET /prod", "", "200 root", "GET /"},
		{16, snapshot, "the root with a slash", "GET /prod/", "", "200 root", "GET /"},
		{17, snapshot, "a literal before a parameter", "GET /prod/files/readme", "", "200 readme", "GET /files/readme"},
		{17, snapshot, "a parameter before a greedy one", "GET /prod/files/folder/x", "", "200 file", "GET /files/folder/{name}"},
		{17, snapshot, "a greedy one", "GET /prod/files/x/y", "", "200 other", "ANY /files/{proxy+}"},
		{17, snapshot, "a resource without the verb falls through", "POST /prod/files/readme", "", "200 other", "ANY /files/{proxy+}"},
		{17, snapshot, "so does one with a parameter", "POST /prod/files/folder/x", "", "200 other", "ANY /files/{proxy+}"},
		{17, snapshot, "a preflight needs no token", "OPTIONS /prod/orders/mine", "", "200 preflight", "OPTIONS /orders/mine"},
		{18, snapshot, "a trailing slash", "GET /prod/files/readme/", "", "200 readme", "GET /files/readme"},
		{18, snapshot, "slashes after the stage", "GET /prod//files/readme", "", "200 readme", "GET /files/readme"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.authorization != "" {
				headers = append(headers, "Authorization: "+c.authorization)
			}
			answer, body := send(t, api.URL, c.target, headers...)
			got := fmt.Sprintf("%d %s", answer.StatusCode, answer.Header.Get("Route"))
			if answer.StatusCode != 200 {
				got = fmt.Sprintf("%d %s %s", answer.StatusCode, answer.Header.Get("x-amzn-ErrorType"), body)
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s\n(line %d, %s)", got, c.want, c.line, c.source)
			}
			r := told.last()
			if r.Route != c.route || (r.Reason == "") != (answer.StatusCode == 200) || r.Answer.Status != answer.StatusCode {
				t.Errorf("the record has the route %q, want %q, the status %d and the reason %q", r.Route, c.route, r.Answer.Status, r.Reason)
			}
			for name, value := range map[string]string{"x-amzn-RequestId": r.Request.RequestID, "x-amz-apigw-id": r.Request.ExtendedID, "X-Amzn-Trace-Id": r.Request.TraceID} {
				if got := answer.Header.Get(name); got != value || value == "" {
					t.Errorf("%s: got %q, and the record has %q", name, got, value)
				}
			}
			// Line 25: the gateway response for UNAUTHORIZED adds headers to the 401, and to nothing else.
			cors := answer.Header.Get("Access-Control-Allow-Origin") + " " + answer.Header.Get("WWW-Authenticate")
			if want := map[bool]string{true: "* Bearer", false: " "}[answer.StatusCode == 401]; cors != want {
				t.Errorf("got the headers %q, want %q (line 25, %ssupported-gateway-response-types.html)", cors, want, guide)
			}
		})
	}
}

// TestAuthorizerFailure is the answer to an authorizer that fails. Here DEFAULT_5XX sets the status, as it would on AWS.
func TestAuthorizerFailure(t *testing.T) {
	resources := shop()
	delete(resources, "Failed")
	api := Start(t, assemblyOf(t, resources), Options{})
	answer, body := send(t, api.URL, "GET /prod/orders", "Authorization: Bearer x")
	if answer.StatusCode != 500 || body != `{"message":null}` || answer.Header.Get("x-amzn-ErrorType") != "AuthorizerConfigurationException" {
		t.Errorf("got %d %s %s", answer.StatusCode, answer.Header.Get("x-amzn-ErrorType"), body)
	}
}

// TestBackend follows a request to the function, past the authorizer.
func TestBackend(t *testing.T) {
	api := Start(t, assemblyOf(t, shop()), Options{})
	answer, body := send(t, api.URL, "GET /prod//orders/7?q=a+b", "Authorization: Bearer allow")
	var event struct {
		Path           string            `json:"path"`
		Params         map[string]string `json:"pathParameters"`
		Query          map[string]string `json:"queryStringParameters"`
		RequestContext struct {
			Path       string         `json:"path"`
			Authorizer map[string]any `json:"authorizer"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil || answer.StatusCode != 200 {
		t.Fatalf("got %d %s: %v", answer.StatusCode, body, err)
	}
	if event.Path != "/orders/7" || event.Params["id"] != "7" || event.Query["q"] != "a b" || event.RequestContext.Path != "/prod//orders/7" {
		t.Errorf("got the event %s", body)
	}
	if a := event.RequestContext.Authorizer; a["principalId"] != "alice" || a["tier"] != "gold" {
		t.Errorf("got the authorizer %v", a)
	}
	if got := answer.Header.Get("Region"); got != "eu-west-1" {
		t.Errorf("the function runs in the region %q, want that of its stack, eu-west-1", got)
	}
}

// TestBlocked has a route that cannot be honoured: it alone is answered by 501, whatever DEFAULT_5XX says.
func TestBlocked(t *testing.T) {
	var told records
	api := Start(t, assemblyOf(t, shop()), Options{Record: told.add})
	answer, body := send(t, api.URL, "GET /prod/far")
	if answer.StatusCode != http.StatusNotImplemented || !strings.Contains(body, "local gateway does not serve") {
		t.Errorf("got %d %s", answer.StatusCode, body)
	}
	if reason := told.last().Reason; !strings.Contains(reason, "HTTP_PROXY") || !strings.Contains(reason, "Shop/GetFar") {
		t.Errorf("got the reason %q, want what is not done and the logical id in it", reason)
	}
	if answer, _ := send(t, api.URL, "POST /prod/far"); answer.Header.Get("Route") != "far" {
		t.Errorf("the other method of the path: got %d", answer.StatusCode)
	}
	blocked := 0
	for _, r := range api.Routes() {
		if r.Why != "" {
			blocked++
			if r.Method.Path != "/far" || r.Method.Verb != "GET" {
				t.Errorf("%s %s is blocked: %s", r.Method.Verb, r.Method.Path, r.Why)
			}
		}
	}
	if blocked != 1 || !strings.Contains(strings.Join(api.Problems(), "\n"), "HTTP_PROXY") {
		t.Errorf("%d routes are blocked, want 1; problems %q", blocked, api.Problems())
	}
}

// TestBlockedByWhatGuards breaks one thing after the other that guards a route. The route must not be served then.
func TestBlockedByWhatGuards(t *testing.T) {
	properties := func(resources object, id string) object { return resources[id].(object)["Properties"].(object) }
	for _, c := range []struct {
		name   string
		breaks func(object)
		all    bool // routes are blocked, not only the authorizer's
	}{
		{"the authorizer's runtime is not run here", func(r object) { properties(r, "AuthFn")["Runtime"] = "nodejs22.x" }, false},
		{"two variable parts at one place, which API Gateway does not take", func(r object) {
			r["Clash"], r["GetClash"] = path("Files", "{name}"), newMethod("Clash", "GET", mock("clash"))
		}, true},
		{"the authorizer's code is gone", func(r object) { r["AuthFn"].(object)["Metadata"] = object{"aws:asset:path": built + "/gone"} }, false},
		{"its expression is none", func(r object) { properties(r, "Auth")["IdentityValidationExpression"] = "(" }, false},
		{"the resource policy cannot be read", func(r object) {
			properties(r, "Api")["Policy"] = object{"Version": "2012-10-17", "Statement": []any{object{"Effect": "Allow"}}}
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			resources := shop()
			c.breaks(resources)
			api := Start(t, assemblyOf(t, resources), Options{})
			if all := strings.Join(api.Problems(), "\n"); strings.Count(all, "\n") < 1 {
				t.Errorf("got only the problems %q", all)
			}
			if answer, _ := send(t, api.URL, "GET /prod/orders/mine", "Authorization: Bearer allow"); answer.StatusCode != 501 {
				t.Errorf("the guarded route: got %d, want 501", answer.StatusCode)
			}
			if answer, _ := send(t, api.URL, "GET /prod/files/readme"); (answer.StatusCode == 501) != c.all {
				t.Errorf("a route without a guard: got %d, want 501: %v", answer.StatusCode, c.all)
			}
		})
	}
}

// TestFunctionsOfOneName has two functions of one name, as stacks for two regions may. One must not run as the other.
func TestFunctionsOfOneName(t *testing.T) {
	g := &Gateway{pool: functions.New(functions.Options{})}
	t.Cleanup(g.pool.Close)
	twin := func(stack string) *assembly.Function {
		return &assembly.Function{ID: assembly.ID{Stack: stack, LogicalID: "Fn"}, Name: "twin", Runtime: "provided.al2023", Code: assembly.Code{Folder: built}}
	}
	second := twin("West")
	second.Runtime = "nodejs22.x" // so that an attempt to run it would be told
	s := &served{gateway: g, model: &assembly.Model{Functions: []*assembly.Function{twin("East"), second}}, names: map[string]bool{}, problems: map[string]string{}}
	s.startFunctions()
	if !s.names["twin"] || len(s.problems) != 1 || !strings.Contains(s.problems["West/Fn"], `another function of the assembly has the name "twin"`) {
		t.Errorf("got the functions %v and the problems %q, want one of each", s.names, s.problems)
	}
}

func TestReload(t *testing.T) {
	resources := shop()
	dir := assemblyOf(t, resources)
	api := Start(t, dir, Options{})
	status := func(target string) int {
		answer, _ := send(t, api.URL, target, "Authorization: Bearer allow")
		return answer.StatusCode
	}
	resources["GetNew"], resources["New"] = newMethod("New", "GET", mock("new")), path("", "new")
	delete(resources, "GetMine")
	write(t, dir, resources)
	if err := api.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := status("GET /prod/new"); got != 200 {
		t.Errorf("a new route: got %d", got)
	}

	// What cannot be served leaves everything as it was, the functions too.
	delete(resources, "Stage")
	resources["AuthFn"].(object)["Properties"].(object)["Runtime"] = "nodejs22.x"
	write(t, dir, resources)
	if err := api.Reload(); !errors.Is(err, ErrNothing) {
		t.Fatalf("got %v, want ErrNothing", err)
	}
	if got := status("GET /prod/orders"); got != 200 {
		t.Errorf("after an assembly that cannot be served: got %d, want 200 as before", got)
	}
}

func TestChoosing(t *testing.T) {
	resources := shop()
	resources["Other"] = resource("ApiGateway::RestApi", object{"Name": "other"})
	resources["OtherStage"] = resource("ApiGateway::Stage", object{"RestApiId": ref("Other"), "StageName": "prod"})
	dir := assemblyOf(t, resources)
	for _, c := range []struct {
		name, api string
		want      error
		words     string
	}{
		{"all, whose stages have one name", "", ErrAmbiguous, "Shop/Other"},
		{"one by its name", "shop", nil, ""},
		{"one by its id", "Shop/Api", nil, ""},
		{"one that is not there", "stop", ErrNothing, `"shop" (Shop/Api)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := New(Options{Assembly: dir, API: c.api})
			if g != nil {
				g.Close()
			}
			if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.words)
			}
		})
	}
}

// TestWithoutIssuer has no development issuer, so nobody's user pool token is accepted.
func TestWithoutIssuer(t *testing.T) {
	var told records
	g, err := New(Options{Assembly: assemblyOf(t, shop()), Record: told.add, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	answer := g.Serve(t.Context(), request("GET", "/prod/account", "Authorization: Bearer x.y.z"))
	if answer.Status != 401 || !strings.Contains(told.last().Reason, "no development issuer") {
		t.Errorf("got %d, %q", answer.Status, told.last().Reason)
	}
}
