package apigateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// lines is an access log.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

// take returns what was written since it was last called.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.all.Reset()
	return l.all.String()
}

// logged adds an access log to the stage of a template, and to the options.
func logged(resources object, format string) (*lines, func(*Options)) {
	resources["Stage"].(object)["Properties"].(object)["AccessLogSetting"] = object{
		"DestinationArn": object{"Fn::GetAtt": []any{"Log", "Arn"}}, "Format": format,
	}
	resources["Log"] = resource("Logs::LogGroup", object{})
	l := &lines{}
	return l, func(o *Options) { o.AccessLog = l }
}

// TestAccessLog sends requests to routes of each kind, and reads the line of each.
func TestAccessLog(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		w.Write([]byte("short and stout"))
	}))
	defer backend.Close()
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /mock", mock("mock"))
	addRoute(r, "POST /fn/{proxy+}", proxy("Fn"))
	addRoute(r, "GET /guarded", mock("guarded"), guardedBy("Auth"))
	addRoute(r, "GET /key", mock("key"), object{"ApiKeyRequired": true})
	addRoute(r, "GET /iam", mock("iam"), object{"AuthorizationType": "AWS_IAM"})
	addRoute(r, "GET /http", object{"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": backend.URL})
	const format = "$context.httpMethod $context.resourcePath $context.status $context.responseLength " +
		"$context.error.responseType|$context.authenticate.status $context.authorizer.status $context.authorize.status " +
		"$context.authorizer.principalId|$context.integration.status $context.integration.integrationStatus " +
		"$context.integration.error|$context.requestId"
	log, withLog := logged(r, format)
	s := serve(t, r, withLog)
	for _, c := range []struct {
		name, target, body string
		headers            []string
		want               string // without the ID
	}{
		{name: "a MOCK integration", target: "GET /prod/mock", want: "GET /mock 200 0 -|- - - -|- 200 -"},
		{name: "a function", target: "POST /prod/fn/answer", body: `{"statusCode":201,"body":"made"}`,
			want: "POST /fn/{proxy+} 201 4 -|- - - -|201 200 -"},
		{name: "a function that fails", target: "POST /prod/fn/fail",
			want: "POST /fn/{proxy+} 502 36 INTEGRATION_FAILURE|- - - -|- 200 Lambda Customer Function Error:no such order"},
		{name: "an answer that is not an object", target: "POST /prod/fn/answer", body: `"tea"`,
			want: "POST /fn/{proxy+} 502 36 INTEGRATION_FAILURE|- - - -|- 200 Internal server error"},
		{name: "an HTTP endpoint", target: "GET /prod/http", want: "GET /http 418 15 -|- - - -|418 418 -"},
		{name: "no route", target: "GET /prod/none",
			want: "GET - 403 42 MISSING_AUTHENTICATION_TOKEN|- - - -|- - -"},
		{name: "no token", target: "GET /prod/guarded", want: "GET /guarded 401 26 UNAUTHORIZED|- 401 - -|- - -"},
		{name: "a caller who is allowed", target: "GET /prod/guarded", headers: []string{bearer("allow")},
			want: "GET /guarded 200 0 -|- 200 200 alice|- 200 -"},
		{name: "a caller who is denied", target: "GET /prod/guarded", headers: []string{bearer("deny")},
			want: "GET /guarded 403 110 ACCESS_DENIED|- 200 403 alice|- - -"},
		{name: "an authorizer that fails", target: "GET /prod/guarded", headers: []string{bearer("error:boom")},
			want: "GET /guarded 500 16 AUTHORIZER_CONFIGURATION_ERROR|- 500 - -|- - -"},
		{name: "no API key", target: "GET /prod/key", want: "GET /key 403 23 INVALID_API_KEY|- - - -|- - -"},
		{name: "no signature", target: "GET /prod/iam",
			want: "GET /iam 403 42 MISSING_AUTHENTICATION_TOKEN|403 - - -|- - -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.post(t, c.target, c.body, c.headers...)
			want := c.want + "|" + got.header.Get("x-amzn-RequestId") + "\n"
			if diff := cmp.Diff(want, log.take()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	t.Run("another stage", func(t *testing.T) {
		s.send(t, "GET /beta/mock")
		if got := log.take(); got != "" {
			t.Errorf("got %q for a stage that does not exist", got)
		}
	})
}

// TestAccessLogTimes sends a request that takes time on the test's clock.
func TestAccessLogTimes(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "POST /{proxy+}", proxy("Fn"), guardedBy("Auth"))
	log, withLog := logged(r, "$context.requestTime $context.requestTimeEpoch $context.authorizer.latency "+
		"$context.authorizer.requestId $context.integration.latency $context.integration.requestId $context.responseLatency "+
		"$context.requestId")
	var ids []string
	var s *site
	s = serve(t, r, withLog, func(o *Options) {
		o.Functions.NewID = func() string { // called for the authorizer, and then for the function
			s.clock.Advance(time.Duration(1+len(ids)) * time.Second)
			ids = append(ids, fmt.Sprintf("invocation-%d", len(ids)))
			return ids[len(ids)-1]
		}
	})
	got := s.post(t, "POST /prod/pid", "", bearer("allow"))
	want := "04/Mar/2026:05:06:07 +0000 1772600767000 1000 invocation-0 2000 invocation-1 3000 " +
		got.header.Get("x-amzn-RequestId") + "\n"
	if diff := cmp.Diff(want, log.take()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAccessLogOff checks that nothing is written without the setting, without its destination, and without the option.
func TestAccessLogOff(t *testing.T) {
	for name, change := range map[string]func(stage object, o *Options){
		"no setting":     func(stage object, o *Options) { delete(stage, "AccessLogSetting") },
		"no destination": func(stage object, o *Options) { delete(stage["AccessLogSetting"].(object), "DestinationArn") },
		"no option":      func(stage object, o *Options) { o.AccessLog = nil },
	} {
		t.Run(name, func(t *testing.T) {
			r := bare()
			addRoute(r, "GET /mock", mock("mock"))
			log, withLog := logged(r, "$context.requestId")
			s := serve(t, r, withLog, func(o *Options) { change(r["Stage"].(object)["Properties"].(object), o) })
			s.send(t, "GET /prod/mock")
			if got := log.take(); got != "" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestAccessLogProblems reports a wrong format at the start, also if no log is written.
func TestAccessLogProblems(t *testing.T) {
	r := bare()
	addRoute(r, "GET /mock", mock("mock"))
	logged(r, "$context.httpmethod")
	want := "Shop/Stage: its access log: the format has neither $context.requestId nor $context.extendedRequestId, and " +
		"the deployment fails: add one\n" +
		"Shop/Stage: its access log: $context.httpmethod is not a variable of access logs, which have - in its place: did " +
		"you mean $context.httpMethod?"
	if got := strings.Join(serve(t, r).Problems(), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestAccessLogOfAStream writes the line after the end of the stream, with its length.
func TestAccessLogOfAStream(t *testing.T) {
	r := bare()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("one"))
		w.(http.Flusher).Flush()
		w.Write([]byte("two"))
	}))
	defer backend.Close()
	addRoute(r, "GET /stream", object{
		"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": backend.URL, "ResponseTransferMode": "STREAM",
	})
	log, withLog := logged(r, `{"id":"$context.requestId","length":$context.responseLength,`+
		`"mode":"$context.integration.responseTransferMode"}`)
	s := serve(t, r, withLog)
	got := s.send(t, "GET /prod/stream")
	var line struct {
		Length int
		Mode   string
	}
	text := log.take()
	if err := json.Unmarshal([]byte(text), &line); err != nil || got.body != "onetwo" || line.Length != 6 ||
		line.Mode != "STREAMED" {
		t.Errorf("got %q with the line %q (%v)", got.body, text, err)
	}
}

// TestAccessLogValues reads variables that only some requests have: of callers, keys, refusals and caches.
func TestAccessLogValues(t *testing.T) {
	type ask struct {
		target  string
		headers []string
	}
	with := func(request devissuer.TokenRequest) func(t *testing.T, s *site) ask {
		return func(t *testing.T, s *site) ask { return ask{"GET /prod/orders", []string{bearer(s.Token(request))}} }
	}
	plain := func(target string, headers ...string) func(*testing.T, *site) ask {
		return func(*testing.T, *site) ask { return ask{target, headers} }
	}
	const key = "$context.status $context.error.responseType $context.error.message $context.identity.apiKeyId"
	for _, c := range []struct {
		name, format string
		build        func(r object)
		options      func(*Options)
		asks         []func(t *testing.T, s *site) ask
		want         string // the last line
	}{
		{
			name: "the claims of a user pool's token", format: "$context.authorizer.claims.sub $context.authorizer.principalId",
			build: func(r object) {
				addPool(r)
				addRoute(r, "GET /orders", mock("orders"),
					object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")})
			},
			asks: []func(t *testing.T, s *site) ask{func(t *testing.T, s *site) ask {
				return with(devissuer.TokenRequest{Issuer: s.Issuer().Issuers()[0].URL, Use: devissuer.ID, Subject: "jane"})(t, s)
			}},
			want: "jane -",
		},
		{
			// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html: "access logs
			// receive each claim as JSON text"
			name:   "the claims of a JWT authorizer's token",
			format: "$context.authorizer.claims.name $context.authorizer.claims.no",
			build: func(r object) {
				addJWT(r, "Auth", nil)
				addRoute(r, "GET /orders", mock("orders"), object{"AuthorizationType": "JWT", "AuthorizerId": ref("Auth")})
			},
			asks: []func(t *testing.T, s *site) ask{with(devissuer.TokenRequest{
				Issuer: jwtIssuer, Audience: "orders", Claims: map[string]any{"name": `Doe, "Jane" é`},
			})},
			want: `"Doe, \"Jane\" \u00E9" -`,
		},
		{
			name: "a key over its rate", format: key,
			build: func(r object) {
				for id, one := range limitedShop(object{"Throttle": object{"RateLimit": 1, "BurstLimit": 1}}, nil) {
					if id != "Stage" {
						r[id] = one
					}
				}
			},
			options: func(o *Options) { o.Limits = true },
			asks: []func(t *testing.T, s *site) ask{
				plain("GET /prod/orders", ofKey("acme")), plain("GET /prod/orders", ofKey("acme")),
			},
			want: "429 THROTTLED Too Many Requests KEY",
		},
		{
			name: "a gateway response with another status", format: key,
			build: func(r object) {
				addRoute(r, "GET /orders", mock("orders"))
				r["Missing"] = gatewayResponse("MISSING_AUTHENTICATION_TOKEN", object{"StatusCode": "404"})
			},
			asks: []func(t *testing.T, s *site) ask{plain("GET /prod/none")},
			want: "404 MISSING_AUTHENTICATION_TOKEN Missing Authentication Token -",
		},
		{
			name: "a missing parameter", format: "$context.status $context.error.responseType $context.error.message",
			build: func(r object) {
				r["Validator"] = resource("ApiGateway::RequestValidator",
					object{"RestApiId": ref("Api"), "ValidateRequestParameters": true})
				addRoute(r, "GET /orders", mock("orders"), object{"RequestValidatorId": ref("Validator"),
					"RequestParameters": object{"method.request.querystring.page": true}})
			},
			asks: []func(t *testing.T, s *site) ask{plain("GET /prod/orders")},
			want: "400 BAD_REQUEST_PARAMETERS Missing required request parameters: [page]",
		},
		{
			name: "an answer from the cache", format: "$context.status $context.integration.latency $context.integrationStatus",
			build: func(r object) {
				addRoute(r, "GET /orders", mock("orders"))
				stage := r["Stage"].(object)["Properties"].(object)
				stage["CacheClusterEnabled"] = true
				stage["MethodSettings"] = []any{object{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": true}}
			},
			options: func(o *Options) { o.Caches = true },
			asks:    []func(t *testing.T, s *site) ask{plain("GET /prod/orders"), plain("GET /prod/orders")},
			want:    "200 - -",
		},
		{
			name: "a route that is not served here", format: "$context.status $context.resourcePath $context.integrationStatus",
			build: func(r object) {
				addRoute(r, "GET /far", object{"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": "http://192.0.2.1/"})
			},
			asks: []func(t *testing.T, s *site) ask{plain("GET /prod/far")},
			want: "501 /far -",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bare()
			c.build(r)
			log, withLog := logged(r, c.format+" $context.requestId")
			s := serve(t, r, withLog, func(o *Options) {
				if c.options != nil {
					c.options(o)
				}
			})
			var last reply
			for _, one := range c.asks {
				log.take()
				asked := one(t, s)
				last = s.send(t, asked.target, asked.headers...)
			}
			want := strings.Replace(c.want, "KEY", s.keyID("acme"), 1) + " " + last.header.Get("x-amzn-RequestId") + "\n"
			if diff := cmp.Diff(want, log.take()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// keyID returns the ID of an API key by its logical ID; "" without one.
func (s *site) keyID(logicalID string) string {
	for _, key := range s.Model().APIKeys {
		if key.LogicalID == logicalID {
			return key.KeyID
		}
	}
	return ""
}
