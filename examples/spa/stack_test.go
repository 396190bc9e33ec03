package main

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

func TestMain(m *testing.M) { snapshot.Main(m) }

// TestTemplate builds no function: a template has only their hashes, which are masked.
func TestTemplate(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:  jsii.String(t.TempDir()),
		Context: &map[string]any{"aws:cdk:bundling-stacks": []string{}},
	})
	stack := newStack(app, "Shop")
	snapshot.Match(t, stack, "shop")
	warnings := assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	if len(*warnings) > 0 {
		t.Errorf("%d warnings of constructs, which fail \"cdk synth --strict\"", len(*warnings))
	}
}

// TestDomain: with a certificate the origin is a custom domain, and the API has no other address.
func TestDomain(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir: jsii.String(t.TempDir()),
		Context: &map[string]any{
			"aws:cdk:bundling-stacks": []string{},
			"origin":                  "https://orders.example.org",
			"certificate":             "arn:aws:acm:eu-central-1:111122223333:certificate/1234",
		},
	})
	template := assertions.Template_FromStack(newStack(app, "Shop"), nil)
	template.HasResourceProperties(jsii.String("AWS::ApiGateway::DomainName"), map[string]any{
		"DomainName": "orders.example.org",
	})
	template.HasResourceProperties(jsii.String("AWS::ApiGateway::RestApi"), map[string]any{
		"DisableExecuteApiEndpoint": true,
	})
}

// TestCallers synthesizes the stack for this machine, and calls it as browsers do.
func TestCallers(t *testing.T) {
	t.Setenv(gofunction.HostBuildVariable, "1")
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	newStack(app, "Shop")
	app.Synth(nil)

	api := localgateway.Start(t, dir, localgateway.Options{})
	b := browser{t, strings.Replace(api.URL, "127.0.0.1", "localhost", 1)}
	reader, writer := b.signIn("orders:read only"), b.signIn("may do everything")

	const order = `{"item":"Brass bell","quantity":2}`
	for _, c := range []struct {
		name, route, cookie, site string
		status                    int
		body                      string // a part of the answer
	}{
		{"all callers get the page", "GET /", "", "none", 200, "<h1>Orders</h1>"},
		{"its script", "GET /app.js", "", "same-origin", 200, "session.fetch("},
		{"its styles", "GET /style.css", "", "same-origin", 200, "prefers-color-scheme"},
		{"a reader reads", "GET /orders", reader, "same-origin", 200, "Oak planks"},
		{"a reader does not write", "POST /orders", reader, "same-origin", 403, "not authorized"},
		{"a writer writes", "POST /orders", writer, "same-origin", 201, `"item":"Brass bell","quantity":2,"by":"developer"`},
		{"a form of another site", "POST /orders", writer, "cross-site", 403, "not authorized"},
		{"a form of a sibling host", "POST /orders", writer, "same-site", 403, "not authorized"},
		{"without a session", "GET /orders", "", "same-origin", 401, `{"message":"Unauthorized"}`},
		{"what is not a browser", "GET /orders", reader, "", 401, `{"message":"Unauthorized"}`},
		{"another cookie", "GET /orders", "__Host-session=x", "same-origin", 401, `{"message":"Unauthorized"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.route, " ")
			b := browser{t, b.origin}
			answer, body := b.send(verb, b.origin+path, order, c.cookie, c.site)
			if answer.StatusCode != c.status || !strings.Contains(body, c.body) {
				t.Errorf("got %d %s\nwant %d with %q", answer.StatusCode, body, c.status, c.body)
			}
		})
	}
}

// browser sends requests as browsers do, and leaves cookies and redirects to the test.
type browser struct {
	t      *testing.T
	origin string
}

// hidden is the field of the sign-in page that says what the sign-in is for.
var hidden = regexp.MustCompile(`name="request" value="([^"]*)"`)

// signIn logs in as one of the personas of the development issuer's sign-in page, and returns the session's cookie.
func (b browser) signIn(persona string) string {
	b.t.Helper()
	started, _ := b.send("GET", b.origin+"/auth/login?return=/", "", "", "same-origin")
	attempt, _, _ := strings.Cut(started.Header.Get("Set-Cookie"), ";")

	provider := started.Header.Get("Location")
	_, page := b.send("GET", provider, "", "", "cross-site")
	request := hidden.FindStringSubmatch(page)
	if request == nil {
		b.t.Fatalf("the sign-in page at %s has no form: %s", provider, page)
	}
	form := url.Values{
		"persona": {"persona " + persona},
		"action":  {"sign-in"},
		"request": {html.UnescapeString(request[1])},
	}
	signedIn, _ := b.send("POST", provider, form.Encode(), "", "same-origin")

	done, body := b.send("GET", signedIn.Header.Get("Location"), "", attempt, "cross-site")
	for _, c := range done.Cookies() {
		if c.Name == "__Host-session" {
			return c.Name + "=" + c.Value
		}
	}
	b.t.Fatalf("the callback answers %d without a session: %s", done.StatusCode, body)
	return ""
}

// send makes a request as a browser does on behalf of a page of this site, and follows no redirect.
func (b browser) send(verb, address, body, cookie, site string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), verb, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if verb == "POST" {
		r.Body = io.NopCloser(strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range map[string]string{"Cookie": cookie, "Sec-Fetch-Site": site} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer, string(text)
}
