package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// guardedAPI is the API of mockAPI with a route that a user pool guards. It needs no function.
func guardedAPI(paths ...string) map[string]any {
	resources := mockAPI("Api", append(paths, "orders")...)
	resources["Pool"] = map[string]any{"Type": "AWS::Cognito::UserPool", "Properties": map[string]any{}}
	resources["Client"] = map[string]any{
		"Type":       "AWS::Cognito::UserPoolClient",
		"Properties": map[string]any{"UserPoolId": ref("Pool")},
	}
	resources["Guard"] = map[string]any{"Type": "AWS::ApiGateway::Authorizer", "Properties": map[string]any{
		"RestApiId": ref(
			"Api",
		), "Name": "customers", "Type": "COGNITO_USER_POOLS", "IdentitySource": "method.request.header.Authorization",
		"ProviderARNs": []any{map[string]any{"Fn::GetAtt": []string{"Pool", "Arn"}}},
	}}
	orders := resources["ApiordersGet"].(map[string]any)["Properties"].(map[string]any)
	orders["AuthorizationType"], orders["AuthorizerId"], orders["AuthorizationScopes"] = "COGNITO_USER_POOLS", ref(
		"Guard",
	), []string{
		"orders/read",
	}
	return resources
}

// TestDevConsole checks that the address of the console is printed before the last line, and that requests to the
// console are not printed or listed.
func TestDevConsole(t *testing.T) {
	t.Parallel()
	r, _ := start(t, fakeApp(t, guardedAPI("hello")))
	if want := "the console is at " + r.url + "/\nlistening on " + r.url + "\n"; !strings.HasSuffix(
		r.stdout.String(),
		want,
	) {
		t.Errorf("want %q at the end of\n%s", want, &r.stdout)
	}
	for path, want := range map[string]int{
		"/":           200,
		"/~/app.js":   200,
		"/~/apis":     200,
		"/~/requests": 200,
		"/~/gone":     404,
	} {
		if got := get(t, r.url+path).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	get(t, r.url+"/v1/hello")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := send(t, request).StatusCode; got != 403 {
		t.Errorf("POST /: %d, want API Gateway's answer", got)
	}
	var list struct{ Requests []struct{ Path string } }
	if err := json.NewDecoder(get(t, r.url+"/~/requests").Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(list.Requests); got != "[{/} {/v1/hello}]" {
		t.Errorf("the requests are %s", got)
	}
	if strings.Contains(r.stdout.String(), "/~/") || strings.Count(r.stdout.String(), "  GET /  ") > 0 {
		t.Errorf("the console's own requests are in the log:\n%s", &r.stdout)
	}
}

func TestDevConsoleJSON(t *testing.T) {
	t.Parallel()
	r, _ := launch(t, fakeApp(t, guardedAPI("hello")), "--json")
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), `"event":"listening"`) })
	lines := strings.Split(strings.TrimSpace(r.stdout.String()), "\n")
	var console, listening struct{ Event, URL string }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &listening); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-2]), &console); err != nil || console.Event != "console" ||
		console.URL != listening.URL+"/" {
		t.Errorf("%s: %v", lines[len(lines)-2], err)
	}
}

// decided has the browser's view of a call.
type decided struct {
	Outcome, Status, Decision string
	OnSummary                 bool
	Steps                     []string
}

// TestDevConsoleBrowser uses the page without a mouse, at two widths. With a folder in GATEHOUSE_PICTURES, the test
// writes pictures of the page there.
func TestDevConsoleBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it starts a browser")
	}
	nodepeer.NeedBrowser(t)
	t.Parallel()
	dir := fakeApp(t, guardedAPI("hello", "signed"))
	r, _ := start(t, dir, "--watch")
	browser := nodepeer.Browse(t, "testdata/console.cjs", r.url, os.Getenv("GATEHOUSE_PICTURES"))
	say := func(command string, answer any) {
		t.Helper()
		line := browser.Say(t, command)
		if err := json.Unmarshal([]byte(line), answer); err != nil {
			t.Fatalf("%s: %v: %s", command, err, line)
		}
	}

	var flow struct {
		Allowed, Again, Refused, Signed, Unsigned decided
		Error                                     struct{ Text, Focus, Invalid string }
		List                                      []string
	}
	say("flow", &flow)
	for _, tt := range []struct {
		name   string
		got    decided
		status string
		steps  []string // what those that matter begin with, in their order
	}{
		{
			"a token with the scope",
			flow.Allowed,
			"200",
			[]string{
				"route passed: GET /orders",
				"identity source passed",
				"token passed",
				"scopes passed",
				"resource policy passed",
				"integration passed: answered 200",
			},
		},
		{"the same token again", flow.Again, "200", []string{"route passed", "token passed", "integration passed"}},
		{
			"a token without it",
			flow.Refused,
			"401",
			[]string{
				"route passed",
				"identity source passed",
				"token passed",
				"scopes stopped here: ",
				"integration not reached",
			},
		},
		{
			"a signature",
			flow.Signed,
			"200",
			[]string{"route passed", "signature passed", "policy passed", "integration passed"},
		},
		{
			"no signature",
			flow.Unsigned,
			"403",
			[]string{"route passed", "signature stopped here: ", "integration not reached"},
		},
	} {
		if !strings.HasPrefix(tt.got.Outcome, "It was answered "+tt.status) || tt.got.Status != tt.status ||
			!tt.got.OnSummary {
			t.Errorf("%s: want %s: %+v", tt.name, tt.status, tt.got)
		}
		left := tt.steps
		for _, step := range tt.got.Steps {
			if len(left) > 0 && strings.HasPrefix(step, left[0]) {
				left = left[1:]
			}
		}
		if len(left) > 0 || len(tt.got.Steps) < len(tt.steps) {
			t.Errorf("%s: got %q\nwant %q", tt.name, tt.got.Steps, tt.steps)
		}
	}
	if step := flow.Refused.Steps[len(flow.Refused.Steps)-2]; !strings.Contains(step, "orders/read") {
		t.Errorf("the step that stopped it does not say what it wants: %s", step)
	}
	if d := flow.Allowed.Decision; !strings.Contains(d, "Claims of the token, as sent") ||
		!strings.Contains(d, `"scope": "orders/read"`) ||
		!strings.Contains(d, "Bearer [not shown]") && !strings.Contains(d, "Headers of the request") ||
		strings.Contains(d, "eyJ") {
		t.Errorf("the decision: %s", d)
	}
	if e := flow.Error; e.Focus != "expires" || e.Invalid != "true" ||
		!strings.Contains(e.Text, `"soon": want a time`) {
		t.Errorf("a wrong field: %+v", e)
	}
	if want := []string{"/v1/hello", "/v1/signed", "/v1/signed", "/v1/orders", "/v1/orders", "/v1/orders"}; !slices.Equal(
		flow.List,
		want,
	) {
		t.Errorf("the list has %q, want %q", flow.List, want)
	}

	var looks []struct {
		Width, Texts, Over, Unnamed, Broken int
		CredentialLines                     int
		ColorScheme                         string
		Dark                                bool
		Faint, Unlabelled, Twice            []string
		Headings                            []string
	}
	say("looks", &looks)
	for _, l := range looks {
		if l.Over > 0 || l.Texts < 100 || len(l.Faint)+len(l.Unlabelled)+len(l.Twice)+l.Unnamed+l.Broken > 0 ||
			l.Dark != (l.ColorScheme == "dark") {
			t.Errorf("%+v", l)
		}
		if l.Width == 1280 && l.CredentialLines != 1 {
			t.Errorf("at %d pixels the choice of credentials takes %d lines, want 1", l.Width, l.CredentialLines)
		}
	}
	if len(looks) != 4 {
		t.Errorf("%d looks", len(looks))
	}

	var held struct{ Moved int }
	if say("held", &held); held.Moved < -1 || held.Moved > 1 {
		t.Errorf("new requests move the decision that is open by %d pixels", held.Moved)
	}

	say("type", &struct{}{})
	writeAssembly(t, filepath.Join(dir, "source"), guardedAPI("hello", "added"))
	var after struct {
		Route, Scopes, Focus, Error string
		Options, Credentials        []string
	}
	say("until /added", &after)
	if after.Route != "GET /v1/orders" || after.Scopes != "orders/read mine" || after.Focus != "scopes" ||
		after.Error != "" {
		t.Errorf("a change of other routes changed what is in the form: %+v", after)
	}
	if !slices.Contains(after.Options, "GET /v1/added") || slices.Contains(after.Options, "GET /v1/signed") {
		t.Errorf("after the change the form offers %q", after.Options)
	}
	for i, c := range after.Credentials {
		after.Credentials[i] = strings.TrimSpace(c)
	}
	if want := []string{"a new token", "my token", "nothing"}; !slices.Equal(after.Credentials, want) {
		t.Errorf("without a route that IAM guards the form calls with %q, want %q", after.Credentials, want)
	}

	writeAssembly(t, filepath.Join(dir, "source"), mockAPI("Api", "hello", "last"))
	say("until /last", &after)
	if after.Route != "GET /v1/hello" ||
		after.Error != "GET /v1/orders does not exist any more: choose another route." {
		t.Errorf("after a change that removes the selected route: %+v", after)
	}

	var wrong []string
	if say("wrong", &wrong); len(wrong) > 0 {
		t.Errorf("the page: %s", strings.Join(wrong, "\n"))
	}
}
