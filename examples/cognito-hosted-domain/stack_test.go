package main

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

func TestMain(m *testing.M) { snapshot.Main(m) }

// newApp builds no function: a template has only their hashes, which are masked.
func newApp(t *testing.T, context map[string]any) awscdk.App {
	context["aws:cdk:bundling-stacks"] = []string{}
	return awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), Context: &context})
}

func TestTemplate(t *testing.T) {
	stack := newStack(newApp(t, map[string]any{}), "Notes")
	snapshot.Match(t, stack, "notes")
	warnings := assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	if len(*warnings) > 0 {
		t.Errorf("%d warnings of constructs, which fail \"cdk synth --strict\"", len(*warnings))
	}
}

// TestGoogle: with a client at Google there is no second user pool, and the client's secret is not in the template.
func TestGoogle(t *testing.T) {
	const client = "1234.apps.googleusercontent.com"
	template := assertions.Template_FromStack(newStack(newApp(t, map[string]any{
		"googleClientId": client, "googleSecret": "shop/google", "domainPrefix": "shop-notes",
	}), "Notes"), nil)
	template.ResourceCountIs(jsii.String("AWS::Cognito::UserPool"), jsii.Number(1))
	template.HasResourceProperties(jsii.String("AWS::Cognito::UserPoolIdentityProvider"), map[string]any{
		"ProviderName": "Google",
		"ProviderDetails": map[string]any{
			"client_id": client,
			"client_secret": assertions.Match_ObjectLike(&map[string]any{"Fn::Join": assertions.Match_ArrayWith(&[]any{
				assertions.Match_ArrayWith(
					&[]any{assertions.Match_StringLikeRegexp(jsii.String(":secret:shop/google:SecretString"))},
				),
			})}),
		},
	})
	template.HasResourceProperties(jsii.String("AWS::Cognito::UserPoolDomain"), map[string]any{"Domain": "shop-notes"})
}

// TestDomain: with a certificate the origin is a custom domain, and the page's API has no other address.
func TestDomain(t *testing.T) {
	template := assertions.Template_FromStack(newStack(newApp(t, map[string]any{
		"origin": "https://notes.example.org", "certificate": "arn:aws:acm:eu-central-1:111122223333:certificate/1234",
	}), "Notes"), nil)
	template.HasResourceProperties(jsii.String("AWS::ApiGateway::DomainName"), map[string]any{
		"DomainName": "notes.example.org",
	})
	template.HasResourceProperties(jsii.String("AWS::ApiGateway::RestApi"), map[string]any{
		"DisableExecuteApiEndpoint": true,
	})
	template.HasResourceProperties(jsii.String("AWS::Cognito::UserPoolClient"), map[string]any{
		"CallbackURLs": []string{"https://notes.example.org/auth/callback"},
		"LogoutURLs":   []string{"https://notes.example.org/"},
	})
}

// TestCallers synthesizes the stack for this machine and asks it as the page and as apps do.
func TestCallers(t *testing.T) {
	t.Setenv(gofunction.HostBuildVariable, "1")
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	newStack(app, "Notes")
	app.Synth(nil)

	var last atomic.Pointer[localgateway.Record]
	api := localgateway.Start(t, dir, localgateway.Options{Record: last.Store})
	t.Run("with tokens", func(t *testing.T) { callersWithTokens(t, api, &last) })
	t.Run("with sessions", func(t *testing.T) { callersWithSessions(t, api) })
}

// callersWithTokens are apps that hold their own tokens, which API Gateway checks.
func callersWithTokens(t *testing.T, api *localgateway.Server, last *atomic.Pointer[localgateway.Record]) {
	base := ""
	for _, r := range api.Routes() {
		if r.Path == "/health" {
			base = api.URL + "/" + r.Stage
		}
	}
	token := func(use localgateway.TokenUse, user, scopes string, expires time.Duration) string {
		return api.Token(localgateway.TokenRequest{
			Use: use, Subject: user, Scopes: strings.Fields(scopes), Expires: expires,
		})
	}
	var (
		ada     = token(localgateway.AccessToken, "ada", "openid notes/read notes/write", 0)
		reader  = token(localgateway.AccessToken, "ben", "openid notes/read", 0)
		id      = token(localgateway.IDToken, "ada", "", 0)
		expired = token(localgateway.AccessToken, "ada", "notes/read", -time.Minute)
		foreign = api.Token(
			localgateway.TokenRequest{Use: localgateway.AccessToken, Audience: "anotherclient", Scopes: []string{"notes/read"}},
		)
	)
	for _, c := range []struct {
		name, route, token, origin string
		status                     int
		body                       string // a part of the answer
		allowed                    string // the origin that may read the answer
		reason                     string // a part of what the gateway's log says
	}{
		{"health without a token", "GET /health", "", "", 200, `"ok"`, "", ""},
		{"the app adds a note", "POST /notes", ada, appOrigin, 201, `"buy tea"`, appOrigin, ""},
		{"and sees it", "GET /notes", ada, appOrigin, 200, `["buy tea"]`, appOrigin, ""},
		{"the app on a developer's machine", "GET /notes", ada, devOrigin, 200, `["buy tea"]`, devOrigin, ""},
		{"another user does not see it", "GET /notes", reader, appOrigin, 200, `[]`, appOrigin, ""},
		{"a page of another origin cannot read the answer", "GET /notes", ada, "https://evil.example", 200, "", "", ""},

		// An error of API Gateway itself has no list to choose an origin from, so any page may read that much.
		{"without a token", "GET /notes", "", appOrigin, 401, "Unauthorized", "*", "Authorization"},
		{"an expired token", "GET /notes", expired, appOrigin, 401, "expired", "*", "expired"},
		{"an ID token", "GET /notes", id, appOrigin, 401, "Unauthorized", "*", "token"},
		{"a token of another pool's client", "GET /notes", foreign, appOrigin, 401, "Unauthorized", "*", "audience"},
		{
			"without the scope: 401, and not 403 as from a Lambda authorizer",
			"POST /notes",
			reader,
			appOrigin,
			401,
			"Unauthorized",
			"*",
			"scope",
		},

		// A preflight brings no token, and is answered before any is asked for.
		{"the preflight", "OPTIONS /notes", "", appOrigin, 204, "", appOrigin, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.route, " ")
			r, err := http.NewRequest(verb, base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if verb == "POST" {
				r.Body = io.NopCloser(strings.NewReader(`{"text":"buy tea"}`))
			}
			for name, value := range map[string]string{"Authorization": c.token, "Origin": c.origin} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			reason := last.Load().Reason
			if answer.StatusCode != c.status || !strings.Contains(string(body), c.body) || !strings.Contains(reason, c.reason) ||
				c.status < 300 && reason != "" {
				t.Errorf("got %d %s (%s)\nwant %d with %q (%s)", answer.StatusCode, body, reason, c.status, c.body, c.reason)
			}
			if allowed := answer.Header.Get("Access-Control-Allow-Origin"); allowed != c.allowed {
				t.Errorf("the origin %q may read it, want %q", allowed, c.allowed)
			}
		})
	}
}

// callersWithSessions are browsers, and what forges or copies their requests.
func callersWithSessions(t *testing.T, api *localgateway.Server) {
	b := browser{t, strings.Replace(api.URL, "127.0.0.1", "localhost", 1)}
	own, federated := b.signIn("notes/read only", "COGNITO"), b.signIn("may do everything", "Partners")
	for _, c := range []struct {
		name, route, cookie, site string
		status                    int
		body                      string // a part of the answer
	}{
		{"all callers get the page", "GET /", "", "none", 200, "<h1>Notes</h1>"},
		{"its script", "GET /app.js", "", "same-origin", 200, "session.fetch("},
		{"its styles", "GET /style.css", "", "same-origin", 200, "prefers-color-scheme"},
		{"a reader does not write", "POST /notes", own, "same-origin", 403, "not authorized"},
		{"a writer writes", "POST /notes", federated, "same-origin", 201, `"by":"partners_developer"`},
		{"and reads", "GET /notes", federated, "same-origin", 200, `"mend the roof"`},
		{"an editor sees who wrote what", "GET /notes/all", federated, "same-origin", 200, `"mend the roof","by":"partners_`},
		{"a reader of no group does not", "GET /notes/all", own, "same-origin", 403, "not authorized"},
		{"a form of another site", "POST /notes", federated, "cross-site", 403, "not authorized"},
		{"a form of a sibling host", "POST /notes", federated, "same-site", 403, "not authorized"},
		{"without a session", "GET /notes", "", "same-origin", 401, `{"message":"Unauthorized"}`},
		{"what is not a browser", "GET /notes", federated, "", 401, `{"message":"Unauthorized"}`},
		{"another cookie", "GET /notes", "__Host-session=x", "same-origin", 401, `{"message":"Unauthorized"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.route, " ")
			b := browser{t, b.origin}
			answer, body := b.send(verb, b.origin+path, `{"text":"mend the roof"}`, c.cookie, c.site)
			if answer.StatusCode != c.status || !strings.Contains(body, c.body) {
				t.Errorf("got %d %s\nwant %d with %q", answer.StatusCode, body, c.status, c.body)
			}
		})
	}
	t.Run("admins see and end the sessions of others", func(t *testing.T) {
		b := browser{t, b.origin}
		admin, visitor := b.fillIn(url.Values{
			"persona": {"typed"}, "provider": {"COGNITO"}, "subject": {"ada"}, "groups": {admins},
		}), b.signIn("notes/read only", "COGNITO")
		of := b.origin + "/auth/subjects/ada/"
		if answer, body := b.send("GET", of+"sessions", "", visitor, "same-origin"); answer.StatusCode != 403 {
			t.Errorf("a user of no group gets %d %s", answer.StatusCode, body)
		}
		if answer, body := b.send("GET", of+"sessions", "", admin, "same-origin"); answer.StatusCode != 200 ||
			strings.Count(body, `"started"`) != 1 {
			t.Errorf("an admin gets %d %s", answer.StatusCode, body)
		}
		if answer, body := b.send("POST", of+"logout", "", admin, "same-origin"); answer.StatusCode != 200 {
			t.Errorf("an admin's logout of others gets %d %s", answer.StatusCode, body)
		}
		if answer, body := b.send("GET", b.origin+"/auth/session", "", admin, "same-origin"); answer.StatusCode != 401 {
			t.Errorf("after it: %d %s", answer.StatusCode, body)
		}
	})
	t.Run("logged out everywhere, and at the pool", func(t *testing.T) {
		b := browser{t, b.origin}
		_, body := b.send("POST", b.origin+"/auth/logout-all", "", federated, "same-origin")
		var out struct{ Location string }
		if err := json.Unmarshal([]byte(body), &out); err != nil || !strings.Contains(out.Location, "/logout?") {
			t.Fatalf("the logout answers %s", body)
		}
		answer, text := b.send("GET", out.Location, "", "", "cross-site")
		if got := answer.Header.Get("Location"); got != b.origin+"/" {
			t.Errorf("the pool sends the browser to %q: %d %s", got, answer.StatusCode, text)
		}
		for _, copied := range []string{own, federated} { // with another cookie: API Gateway has no answer for the two
			if answer, body := b.send("GET", b.origin+"/notes", "", copied+"; x=1", "same-origin"); answer.StatusCode != 401 {
				t.Errorf("a copy of a cookie gets %d %s", answer.StatusCode, body)
			}
		}
	})
}

// browser sends requests as browsers do, and leaves cookies and redirects to the test.
type browser struct {
	t      *testing.T
	origin string
}

// hidden is the field of the sign-in page that says what the sign-in is for.
var hidden = regexp.MustCompile(`name="request" value="([^"]*)"`)

// signIn logs in as one of the people on the pool's sign-in page, as a user of the pool or of another provider, and
// returns the session's cookie.
func (b browser) signIn(persona, provider string) string {
	b.t.Helper()
	return b.fillIn(url.Values{"persona": {"persona " + persona}, "provider": {provider}})
}

// fillIn logs in with the pool's sign-in page filled in.
func (b browser) fillIn(form url.Values) string {
	b.t.Helper()
	started, _ := b.send("GET", b.origin+"/auth/login?return=/", "", "", "same-origin")
	attempt, _, _ := strings.Cut(started.Header.Get("Set-Cookie"), ";")

	pool := started.Header.Get("Location")
	_, page := b.send("GET", pool, "", "", "cross-site")
	request := hidden.FindStringSubmatch(page)
	if request == nil || !strings.Contains(pool, "/oauth2/authorize?") {
		b.t.Fatalf("the sign-in page at %s has no form: %s", pool, page)
	}
	form.Set("action", "sign-in")
	form.Set("request", html.UnescapeString(request[1]))
	signedIn, _ := b.send("POST", pool, form.Encode(), "", "same-origin")

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
