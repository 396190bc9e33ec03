package gateway

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// told is a backend that records the headers about the caller. It takes letters of either case, hyphens and underscores
// for the same, as CGI does (RFC 3875, section 4.1.18).
type told struct {
	mu   sync.Mutex
	last string
}

func (b *told) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	variables := map[string][]string{}
	for name, values := range r.Header {
		name = strings.ReplaceAll(strings.ToUpper(name), "-", "_")
		variables[name] = append(variables[name], values...)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = fmt.Sprintf("%q %q", variables["CALLERPRINCIPALID"], variables["CALLERISSUER"])
}

func (b *told) read() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.last
	b.last = "the backend was not called"
	return out
}

// newBackends has an HTTP backend behind each guard that may name its caller by headers, with and without
// ForwardCaller, and on a public route. Each route has an integration of each type.
func newBackends(app awscdk.App, url string) {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	props := &secureapi.Props{Authorizers: map[string]secureapi.Authorizer{
		"included": secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
			Issuers: []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"orders"}}},
		}},
		"pool": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
		"iam":  secureapi.IAMAuthorizer{},
	}}
	for _, proxy := range []bool{true, false} {
		settings := &awsapigateway.HttpIntegrationProps{HttpMethod: jsii.String("POST"), Proxy: &proxy}
		if !proxy {
			settings.Options = &awsapigateway.IntegrationOptions{
				IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200")}},
			}
		}
		to := awsapigateway.NewHttpIntegration(&url, settings)
		path := fmt.Sprint("/proxy-", proxy)
		for _, name := range slices.Sorted(maps.Keys(props.Authorizers)) {
			by := secureapi.GuardedBy(name)
			props.Routes = append(props.Routes,
				secureapi.Integrate("POST /"+name+path, to, by, secureapi.ForwardCaller()),
				secureapi.Integrate("POST /"+name+"/mute"+path, to, by))
		}
		props.Routes = append(props.Routes, secureapi.Integrate("POST /public"+path, to, secureapi.Public("a form")))
	}
	secureapi.New(stack, "Api", props)
}

// TestCallerHeaders sends requests of clients that try to name another caller to a backend. On each route the backend
// reads the caller whom the guard identified, once, or that none is given.
func TestCallerHeaders(t *testing.T) {
	t.Parallel()
	backend := &told{}
	server := httptest.NewServer(backend)
	defer server.Close()
	s := running(t, synthesizedHere(t, func(app awscdk.App) { newBackends(app, server.URL) }), "prod",
		localgateway.Options{})
	token := func(r localgateway.TokenRequest) string { return "Bearer " + s.mint(t, r) }
	const id = "https://id.example.com"
	const notGiven = "not given"
	line := func(principal, issuer string) string {
		return fmt.Sprintf("%q %q", []string{principal}, []string{issuer})
	}
	key := s.AccessKeys()[0]
	guards := []struct{ name, authorization, want string }{
		{"included", token(localgateway.TokenRequest{Issuer: id, Subject: "Zoë, user 1"}),
			line("Zo%C3%AB%2C%20user%201", id)},
		{"included", token(localgateway.TokenRequest{Issuer: id, Subject: "a\r\nCallerIssuer: x"}),
			line("a%0D%0ACallerIssuer:%20x", id)},
		{"included", token(localgateway.TokenRequest{Issuer: id, Subject: notGiven}), line("not%20given", id)},
		{"pool", token(localgateway.TokenRequest{Issuer: s.pool(), Subject: "user-2", Use: localgateway.IDToken}),
			line("user-2", s.pool())},
		{"iam", "", line("arn:aws:iam::123456789012:user/developer", notGiven)},
	}
	// The headers that clients send. The names are not canonical, so that they are sent as they are.
	clients := map[string]http.Header{
		"an honest client": {},
		"the same names":   {"CallerPrincipalId": {"admin"}, "CallerIssuer": {"https://evil.example.com"}},
		"other cases":      {"callerprincipalid": {"admin"}, "CALLERISSUER": {"https://evil.example.com"}},
		"several lines": {"CallerPrincipalId": {"admin", "root"}, "callerprincipalid": {"admin"},
			"CallerIssuer": {"", "https://evil.example.com"}},
		"names with hyphens and underscores": {"Caller-Principal-Id": {"admin"}, "Caller_Principal_Id": {"admin"},
			"Caller_PrincipalId": {"admin"}, "Caller-Issuer": {"x"}, "Caller_Issuer": {"x"}},
		"headers of the connection": {"Connection": {"CallerPrincipalId, CallerIssuer"}, "CallerPrincipalId": {"admin"}},
	}
	send := func(t *testing.T, path, authorization string, headers http.Header, signed bool) {
		t.Helper()
		r := s.request(t, "POST", path, `{"caller": {"principalId": "admin"}}`)
		r.Header.Set("Content-Type", "application/json")
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		if signed {
			r = sign(t, r, key, region, time.Now())
		}
		maps.Copy(r.Header, headers)
		if got := s.send(t, r); got.status != 200 {
			t.Fatalf("%s: %d %s (%s)", path, got.status, got.body, got.record.Reason)
		}
	}
	for name, headers := range clients {
		for _, path := range []string{"/proxy-true", "/proxy-false"} {
			for _, g := range guards {
				t.Run(name+path+"/"+g.want, func(t *testing.T) {
					send(t, "/"+g.name+path, g.authorization, headers, g.name == "iam")
					if got := backend.read(); got != g.want {
						t.Errorf("the backend reads %s, want %s", got, g.want)
					}
					send(t, "/"+g.name+"/mute"+path, g.authorization, headers, g.name == "iam")
					if got := backend.read(); got != line(notGiven, notGiven) {
						t.Errorf("without ForwardCaller, the backend reads %s", got)
					}
				})
			}
			t.Run(name+path+"/public", func(t *testing.T) {
				send(t, "/public"+path, "", headers, false)
				if got := backend.read(); got != line(notGiven, notGiven) {
					t.Errorf("on a public route, the backend reads %s", got)
				}
			})
		}
	}
}
