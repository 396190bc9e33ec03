package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// loginAPI returns an API with a login, whose function is not in the assembly, and with routes without functions.
func loginAPI(id string, paths ...string) map[string]any {
	r := mockAPI(id, paths...)
	r[id+"Fn"] = map[string]any{"Type": "AWS::Lambda::Function", "Properties": map[string]any{
		"Environment": map[string]any{"Variables": map[string]any{
			login.Variable: `{"issuer":{"url":"https://idp.example.com","audiences":["orders"]},"clientId":"shop"}`}}}}
	uri := map[string]any{"Fn::Join": []any{"", []any{
		"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
		map[string]any{"Fn::GetAtt": []string{id + "Fn", "Arn"}}, "/invocations"}}}
	r[id+"auth"] = map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{
		"RestApiId": ref(id), "ParentId": map[string]any{"Fn::GetAtt": []string{id, "RootResourceId"}}, "PathPart": "auth"}}
	r[id+"authGet"] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": map[string]any{
		"RestApiId": ref(id), "ResourceId": ref(id + "auth"), "HttpMethod": "GET", "AuthorizationType": "NONE",
		"Integration": map[string]any{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri}}}
	return r
}

// getAs gets a URL of another name of this machine.
func getAs(t *testing.T, url, host string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// TestDevApp checks that an API with a login is at the root of localhost, and the console only at 127.0.0.1.
func TestDevApp(t *testing.T) {
	t.Parallel()
	r, _ := start(t, fakeApp(t, loginAPI("Shop", "orders"), loginAPI("Zoo", "animals")))
	_, port, _ := strings.Cut(strings.TrimPrefix(r.url, "http://"), ":")
	app := "http://localhost:" + port
	want := "listening on " + r.url + "\n" +
		"the app of Test/Shop is at " + app + "/, and users log in at " + app + "/auth/login\n" +
		"the app of Test/Zoo is at " + app + "/v1-zoo/, and users log in at " + app +
		"/v1-zoo/auth/login: the root is the app of Test/Shop\n"
	r.wait(t, func() bool {
		return strings.Contains(r.stdout.String(), want) || strings.Count(r.stdout.String(), "the app of") > 1
	})
	if !strings.HasSuffix(r.stdout.String(), want) {
		t.Errorf("got:\n%s\nwant at its end:\n%s", &r.stdout, want)
	}
	for _, c := range []struct {
		host, path string
		status     int
		body       string
	}{
		{"localhost:" + port, "/orders", 200, ""},
		{"localhost:" + port, "/v1/orders", 200, ""},
		{"localhost:" + port, "/v1-zoo/animals", 200, ""},
		{"localhost:" + port, "/", 403, `{"message":"Missing Authentication Token"}`},
		{"localhost:" + port, "/~/apis", 403, `{"message":"Missing Authentication Token"}`},
		{"localhost:" + port, "/~/issuers/a/jwks", 403, `{"message":"Missing Authentication Token"}`},
		{"127.0.0.1:" + port, "/", 200, "<!doctype html>"},
		{"127.0.0.1:" + port, "/orders", 403, `{"message":"Forbidden"}`},
		{"rebound.example.com:" + port, "/", 403, "answers to no other name"},
		{"rebound.example.com:" + port, "/orders", 403, `{"message":"Forbidden"}`},
	} {
		status, body := getAs(t, r.url+c.path, c.host)
		if status != c.status || !strings.Contains(strings.ToLower(body), strings.ToLower(c.body)) {
			t.Errorf("%s%s: got %d %s, want %d %s", c.host, c.path, status, body, c.status, c.body)
		}
	}
	r.stop(t)

	r, _ = launch(t, fakeApp(t, loginAPI("Shop", "orders")), "--json")
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), `"event":"listening"`) })
	for line := range strings.Lines(r.stdout.String()) {
		var event struct{ Event, API, URL, Login string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if event.Event == "app" && event.API == "Test/Shop" && strings.HasPrefix(event.URL, "http://localhost:") &&
			event.Login == event.URL+"auth/login" {
			return
		}
	}
	t.Errorf("no event of the app:\n%s", &r.stdout)
}

// TestDevPages checks that a page of a dev server may call the API, and that an app behind a proxy has the proxy's
// origin.
func TestDevPages(t *testing.T) {
	t.Parallel()
	r, _ := start(t, fakeApp(t, loginAPI("Shop", "orders")), "--cors-origin", "http://localhost:5173",
		"--app-origin", "http://localhost:4321")
	want := "the app of Test/Shop is at http://localhost:4321/, and users log in at http://localhost:4321/auth/login\n"
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "users log in at") })
	if !strings.HasSuffix(r.stdout.String(), want) {
		t.Errorf("got:\n%s\nwant at its end:\n%s", &r.stdout, want)
	}
	if status, _ := getAs(t, r.url+"/orders", "localhost:4321"); status != http.StatusOK {
		t.Errorf("by the proxy: status %d", status)
	}
	const page = "http://localhost:5173"
	for origin, want := range map[string]string{page: page, "http://localhost:4321": ""} {
		request, err := http.NewRequest(http.MethodGet, r.url+"/v1/orders", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", origin)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := answer.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: got %q, want %q", origin, got, want)
		}
	}
}
