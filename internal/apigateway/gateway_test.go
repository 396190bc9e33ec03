package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// TestAuthorizerFailure checks the answer if an authorizer fails. DEFAULT_5XX sets the status here, as on AWS.
func TestAuthorizerFailure(t *testing.T) {
	resources := shop()
	delete(resources, "Failed")
	api := Start(t, assemblyOf(t, resources), Options{})
	answer, body := send(t, api.URL, "GET /prod/orders", "Authorization: Bearer x")
	if answer.StatusCode != 500 || body != `{"message":null}` ||
		answer.Header.Get("x-amzn-ErrorType") != "AuthorizerConfigurationException" {
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
	if event.Path != "/orders/7" || event.Params["id"] != "7" || event.Query["q"] != "a b" ||
		event.RequestContext.Path != "/prod//orders/7" {
		t.Errorf("got the event %s", body)
	}
	if a := event.RequestContext.Authorizer; a["principalId"] != "alice" || a["tier"] != "gold" {
		t.Errorf("got the authorizer %v", a)
	}
	if got := answer.Header.Get("Region"); got != "eu-west-1" {
		t.Errorf("the function runs in the region %q, want that of its stack, eu-west-1", got)
	}
}

// TestBlocked has a route that cannot be served. Only that route answers 501, even if DEFAULT_5XX sets another status.
func TestBlocked(t *testing.T) {
	var told records
	api := Start(t, assemblyOf(t, shop()), Options{Record: told.add})
	answer, body := send(t, api.URL, "GET /prod/far")
	if answer.StatusCode != http.StatusNotImplemented || !strings.Contains(body, "local gateway does not serve") {
		t.Errorf("got %d %s", answer.StatusCode, body)
	}
	if reason := told.last().Reason; !strings.Contains(reason, "--allow-network") ||
		!strings.Contains(reason, "Shop/GetFar") {
		t.Errorf("got the reason %q, want the unsupported feature and the logical ID in it", reason)
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
	if blocked != 1 ||
		!strings.Contains(strings.Join(api.Problems(), "\n"), "calls https://example.com, and only this machine is called") {
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
		{
			"the authorizer's runtime is not run here",
			func(r object) { properties(r, "AuthFn")["Runtime"] = "ruby3.4" },
			false,
		},
		{"two variable parts at one place, which API Gateway does not take", func(r object) {
			r["Clash"], r["GetClash"] = path("Files", "{name}"), newMethod("Clash", "GET", mock("clash"))
		}, true},
		{
			"the authorizer's code is gone",
			func(r object) { r["AuthFn"].(object)["Metadata"] = object{"aws:asset:path": built + "/gone"} },
			false,
		},
		{
			"its expression does not compile",
			func(r object) { properties(r, "Auth")["IdentityValidationExpression"] = "(" },
			false,
		},
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

// TestFunctionsOfOneName has two functions with the same name, as stacks for two regions may have. Neither may run in
// place of the other.
func TestFunctionsOfOneName(t *testing.T) {
	g := &Gateway{pool: lambdaruntime.New(lambdaruntime.Options{})}
	t.Cleanup(g.pool.Close)
	twin := func(stack string) *apimodel.Function {
		return &apimodel.Function{
			ID:      apimodel.ID{Stack: stack, LogicalID: "Fn"},
			Name:    "twin",
			Runtime: "provided.al2023",
			Code:    apimodel.Code{Folder: built},
		}
	}
	second := twin("West")
	second.Runtime = "ruby3.4" // so that the test notices an attempt to run it
	s := &served{gateway: g, names: map[string]bool{}, dirs: map[string]string{}, problems: map[string]string{}}
	s.startFunctions([]*apimodel.Function{twin("East"), second})
	if !s.names["twin"] || len(s.problems) != 1 ||
		!strings.Contains(s.problems["West/Fn"], `another function of the assembly has the name "twin"`) {
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

	// An assembly that cannot be served changes nothing, including the functions.
	delete(resources, "Stage")
	resources["AuthFn"].(object)["Properties"].(object)["Runtime"] = "ruby3.4"
	write(t, dir, resources)
	if err := api.Reload(); !errors.Is(err, ErrNoStage) {
		t.Fatalf("got %v, want ErrNoStage", err)
	}
	if got := status("GET /prod/orders"); got != 200 {
		t.Errorf("after an assembly that cannot be served: got %d, want 200 as before", got)
	}
}

// TestReloadKeepsRequestsUnderWay loads assemblies that lack a function while the authorizer of a request for it runs.
// Each request is answered. The functions end when the assembly is loaded again.
func TestReloadKeepsRequestsUnderWay(t *testing.T) {
	resources := shop()
	delete(resources, "Failed") // which gives errors the status 200
	dir := assemblyOf(t, resources)
	asked, goOn := make(chan bool), make(chan bool)
	api := Start(t, dir, Options{InProcess: func(f *apimodel.Function, _ map[string]string) Handler {
		if f.ID.LogicalID != "AuthFn" {
			return nil
		}
		return func(context.Context, []byte) ([]byte, error) {
			asked <- true
			<-goOn
			return []byte(`{"principalId":"a","policyDocument":{"Version":"2012-10-17","Statement":[` +
				`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}}`), nil
		}
	}})
	statuses := make(chan int)
	ask := func() {
		answer, _ := send(t, api.URL, "GET /prod/orders", "Authorization: Bearer a")
		statuses <- answer.StatusCode
	}
	reload := func() {
		write(t, dir, resources)
		if err := api.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	renamed := func(old, name string) {
		delete(resources, old)
		resources[name], resources["GetOrders"] = function(), newMethod("Orders", "GET", proxy(name), guardedBy("Auth"))
		resources["GetOrder"] = newMethod("Order", "GET", proxy(name), guardedBy("Auth"))
	}
	first := api.live.Load().names
	go ask()
	<-asked
	renamed("Fn", "Second")
	reload()
	go ask()
	<-asked
	renamed("Second", "Third")
	reload()
	for range 2 {
		goOn <- true
	}
	for range 2 {
		if got := <-statuses; got != 200 {
			t.Errorf("a request that began before its function was gone: got %d, want 200", got)
		}
	}
	reload()
	for name := range first {
		if !api.live.Load().names[name] && !errors.Is(api.pool.Remove(name), lambdaruntime.ErrNotFound) {
			t.Errorf("the function %s still exists", name)
		}
	}
}

func TestChoosing(t *testing.T) {
	resources := shop()
	resources["Other"] = resource("ApiGateway::RestApi", object{"Name": "other"})
	resources["Bare"] = resource("ApiGateway::RestApi", object{"Name": "bare"})
	resources["OtherStage"] = resource("ApiGateway::Stage", object{"RestApiId": ref("Other"), "StageName": "prod"})
	dir := assemblyOf(t, resources)
	for _, c := range []struct {
		name, api string
		want      error
		words     string
	}{
		{"all, whose stages have one name", "", nil, ""},
		{"one by its name", "shop", nil, ""},
		{"one by its id", "Shop/Api", nil, ""},
		{"one that is not there", "stop", ErrNoStage,
			`the assembly has no API "stop": choose one of "shop" (Shop/Api), "other" (Shop/Other)`},
		{"one without a stage", "bare", ErrNoStage,
			`the API "bare" has no AWS::ApiGateway::Stage: choose one of "shop" (Shop/Api), "other" (Shop/Other)`},
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

// TestWithoutIssuer has no development issuer, so no user pool token is accepted.
func TestWithoutIssuer(t *testing.T) {
	var told records
	g, err := New(
		Options{
			Assembly: assemblyOf(t, shop()),
			Record:   told.add,
			Now:      func() time.Time { return time.Unix(1_800_000_000, 0) },
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	answer := g.Serve(t.Context(), request("GET", "/prod/account", "Authorization: Bearer x.y.z"))
	if answer.Status != 401 || !strings.Contains(told.last().Reason, "no development issuer") {
		t.Errorf("got %d, %q", answer.Status, told.last().Reason)
	}
}
