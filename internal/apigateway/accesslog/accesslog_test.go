package accesslog

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
)

// orders is an answered request to GET /orders/{id}, with changes.
func orders(changes ...func(*Entry)) *Entry {
	e := &Entry{
		Source: &mapping.Source{
			Request: &exchange.Request{
				Verb:       "GET",
				Stage:      "prod",
				Path:       "/orders/7",
				RawPath:    "/prod/orders/7",
				Protocol:   "HTTP/1.1",
				SourceIP:   "203.0.113.7",
				Host:       "api.example.com",
				Time:       time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
				RequestID:  "request-1",
				ExtendedID: "extended-1=",
				Headers:    exchange.Headers{{Name: "User-Agent", Value: "curl/8.5.0"}},
			},
			Context: mapping.Context{
				AccountID: "123456789012", APIID: "a1b2c3", Stage: "prod", ResourcePath: "/orders/{id}",
				Authorizer: map[string]string{"principalId": "alice", "tier": "gold"},
			},
		},
		Verdict: &checks.Verdict{Authorizer: "none"},
		Integration: Integration{
			Called: true, RequestID: "invocation-1", Status: 201, ServiceStatus: 200, Latency: 39 * time.Millisecond,
		},
		Status: 201, Length: 47, Latency: 71 * time.Millisecond, EndpointType: "REGIONAL",
	}
	for _, change := range changes {
		change(e)
	}
	return e
}

// TestLine writes lines. The formats are AWS's examples for each kind of format.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
func TestLine(t *testing.T) {
	agent := func(text string) func(*Entry) {
		return func(e *Entry) { e.Source.Request.Headers = exchange.Headers{{Name: "user-agent", Value: text}} }
	}
	refused := func(e *Entry) {
		e.Failure = &mapping.Failure{Type: mapping.Unauthorized, Message: "Unauthorized", Validation: "[x]"}
	}
	for _, c := range []struct {
		name, format string
		entry        *Entry
		want         string // without the line end
	}{
		{
			name: "CLF",
			format: `$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime]` +
				`"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength ` +
				`$context.requestId $context.extendedRequestId`,
			want: `203.0.113.7 - - [04/Mar/2026:05:06:07 +0000]"GET /orders/{id} HTTP/1.1" 201 47 request-1 extended-1=`,
		},
		{
			name:   "JSON",
			format: `{ "requestId":"$context.requestId", "user":"$context.identity.user", "status":"$context.status" }`,
			want:   `{ "requestId":"request-1", "user":"-", "status":"201" }`,
		},
		{
			name:   "XML",
			format: `<request id="$context.requestId"> <user>$context.identity.user</user> </request>`,
			want:   `<request id="request-1"> <user>-</user> </request>`,
		},
		{
			name:   "CSV",
			format: `$context.identity.sourceIp,$context.identity.caller,$context.requestTime,$context.requestId`,
			want:   `203.0.113.7,-,04/Mar/2026:05:06:07 +0000,request-1`,
		},
		{name: "a line end in the format", format: "$context.requestId\n", want: "request-1"},
		{name: "an empty format", format: "", want: ""},
		{name: "no variables", format: "$ $context $context. $input.body ${context.path}",
			want: "$ $context $context. $input.body ${context.path}"},
		{name: "a variable that does not exist", format: "$context.routeKey $context.requestid", want: "- -"},
		{name: "text after a variable", format: "$context.status.$context.requestId-$context.stage",
			want: "201.request-1-prod"},
		{
			name:   "what the authorizer says",
			format: "$context.authorizer.principalId $context.authorizer.tier $context.authorizer.no",
			want:   "alice gold -",
		},
		{
			name: "a client certificate",
			format: "$context.identity.clientCert.subjectDN $context.identity.clientCert.issuerDN " +
				"$context.identity.clientCert.serialNumber $context.identity.clientCert.validity.notBefore " +
				"$context.identity.clientCert.validity.notAfter $context.identity.clientCert.clientCertPem",
			entry: orders(func(e *Entry) {
				e.Source.Request.ClientCertificate = &clientcert.Certificate{
					PEM: "BEGIN\nEND\n", SubjectDN: "CN=a", IssuerDN: "CN=ca", SerialNumber: "a1", NotBefore: "May", NotAfter: "Aug",
				}
			}),
			want: `CN=a CN=ca a1 May Aug BEGIN\nEND\n`,
		},
		{name: "no client certificate", format: "$context.identity.clientCert.subjectDN", want: "-"},
		{name: "claims as a whole", format: "$context.authorizer.claims", want: "-"},
		{
			name: "the integration",
			format: "$context.integration.status $context.integrationStatus $context.integration.latency " +
				"$context.awsEndpointRequestId",
			want: "201 200 39 invocation-1",
		},
		{
			name:   "no integration",
			format: "$context.integration.status $context.integrationStatus $context.integrationLatency",
			entry:  orders(func(e *Entry) { e.Integration = Integration{} }),
			want:   "- - -",
		},
		{
			name:   "a streamed answer",
			format: "$context.integration.responseTransferMode $context.integration.timeToAllHeaders",
			entry: orders(func(e *Entry) {
				e.Integration.Streamed, e.Integration.ToAllHeaders = true, 5*time.Millisecond
			}),
			want: "STREAMED 5",
		},
		{name: "a whole answer", format: "$context.integration.responseTransferMode $context.integration.timeToAllHeaders",
			want: "BUFFERED -"},
		{
			name:   "without an error",
			format: "$context.error.message $context.error.messageString $context.error.responseType",
			want:   "- - -",
		},
		{
			name: "with an error",
			format: "$context.error.message $context.error.messageString $context.error.responseType " +
				"$context.error.validationErrorString",
			entry: orders(refused),
			want:  `Unauthorized "Unauthorized" UNAUTHORIZED [x]`,
		},
		{
			name:   "an error without a message",
			format: "$context.error.message $context.error.messageString",
			entry:  orders(func(e *Entry) { e.Failure = &mapping.Failure{Type: mapping.AuthorizerConfigurationError} }),
			want:   "- -",
		},
		{name: "the base path of a custom domain", format: "$context.customDomain.basePathMatched",
			entry: orders(func(e *Entry) { e.Source.Request.Domain, e.Source.Request.Base = true, "/v1" }), want: "v1"},
		{name: "a custom domain's root", format: "$context.customDomain.basePathMatched",
			entry: orders(func(e *Entry) { e.Source.Request.Domain = true }), want: "(none)"},

		// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules-troubleshoot.html: "API Gateway
		// only populates the context variable for the routing mechanism it used, otherwise the context variable is -."
		{name: "a routing rule of a custom domain",
			format: "$context.customDomain.routingRuleIdMatched $context.customDomain.basePathMatched",
			entry: orders(func(e *Entry) {
				e.Source.Request.Domain, e.Source.Request.Base, e.Source.Request.Rule = true, "/v1", "abc123"
			}), want: "abc123 -"},
		{name: "a base path and no routing rule", format: "$context.customDomain.routingRuleIdMatched",
			entry: orders(func(e *Entry) { e.Source.Request.Domain = true }), want: "-"},
		{name: "no custom domain", format: "$context.customDomain.basePathMatched", want: "-"},

		// https://github.com/DataBiosphere/azul/issues/4348, of 2024-07-10
		{
			name:   "quotes in the user agent",
			format: `{"agent":"$context.identity.userAgent"}`,
			entry:  orders(agent(`""\"This is a special user-agent\"""`)),
			want:   `{"agent":"\"\"\\\"This is a special user-agent\\\"\"\""}`,
		},
		{
			name:   "quotes elsewhere",
			format: `"$context.authorizer.tier"`,
			entry:  orders(func(e *Entry) { e.Source.Context.Authorizer["tier"] = `"gold"` }),
			want:   `""gold""`,
		},
		{
			name:   "line breaks",
			format: `$context.authorizer.tier`,
			entry:  orders(func(e *Entry) { e.Source.Context.Authorizer["tier"] = "a\r\nb" }),
			want:   `a\r\nb`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.entry == nil {
				c.entry = orders()
			}
			if got := Parse(c.format).Line(c.entry); got != c.want+"\n" {
				t.Errorf("got  %q\nwant %q", got, c.want+"\n")
			}
		})
	}
}

// TestPhases has guards that allow and refuse requests. A phase that a request did not reach is a dash.
// Source: https://aws.amazon.com/blogs/compute/troubleshooting-amazon-api-gateway-with-enhanced-observability-variables/
func TestPhases(t *testing.T) {
	const format = "$context.authenticate.status $context.authenticate.error|$context.authorizer.status " +
		"$context.authorizer.error|$context.authorize.status $context.authorize.error|$context.waf.status"
	unauthorized := &mapping.Failure{Type: mapping.Unauthorized, Message: "Unauthorized"}
	accessDenied := &mapping.Failure{Type: mapping.AccessDenied, Status: 403, Message: "User is not authorized"}
	steps := func(names ...string) (trace []checks.Step) {
		for _, name := range names {
			check, failed := strings.CutPrefix(name, "!")
			trace = append(trace, checks.Step{Check: check, Passed: !failed})
		}
		return trace
	}
	for _, c := range []struct {
		name, guard string
		trace       []checks.Step
		denial      *mapping.Failure
		want        string
	}{
		{name: "no guard", guard: "none", trace: steps("resource policy"), want: "- -|- -|- -|-"},
		{name: "no guard, denied", guard: "none", trace: steps("!resource policy"), denial: accessDenied,
			want: "- -|- -|- -|-"},
		{name: "a function, allowed", guard: "TOKEN",
			trace: steps("resource policy", "identity source", "cache", "authorizer", "policy"), want: "- -|200 -|200 -|-"},
		{name: "a function, cached", guard: "REQUEST",
			trace: steps("resource policy", "identity source", "cache", "policy"), want: "- -|200 -|200 -|-"},
		{name: "a function, no identity source", guard: "REQUEST",
			trace: steps("resource policy", "!identity source"), denial: unauthorized, want: "- -|401 Unauthorized|- -|-"},
		{name: "a function, unauthorized", guard: "TOKEN",
			trace: steps("resource policy", "identity source", "cache", "!authorizer"), denial: unauthorized,
			want: "- -|401 Unauthorized|- -|-"},
		{name: "a function that fails", guard: "TOKEN",
			trace:  steps("resource policy", "identity source", "cache", "!authorizer"),
			denial: &mapping.Failure{Type: mapping.AuthorizerConfigurationError}, want: "- -|500 -|- -|-"},
		{name: "a function, denied", guard: "TOKEN",
			trace: steps("resource policy", "identity source", "cache", "authorizer", "!policy"), denial: accessDenied,
			want: "- -|200 -|403 " + notAuthorized + "|-"},
		{name: "a resource policy before a function", guard: "TOKEN", trace: steps("!resource policy"), denial: accessDenied,
			want: "- -|- -|403 " + notAuthorized + "|-"},
		{name: "no API key", guard: "TOKEN",
			trace:  steps("resource policy", "identity source", "cache", "authorizer", "policy", "!API key"),
			denial: &mapping.Failure{Type: mapping.InvalidAPIKey}, want: "- -|200 -|200 -|-"},
		{name: "Cognito", guard: "COGNITO_USER_POOLS", trace: steps("token", "scopes", "resource policy"),
			want: "- -|200 -|- -|-"},
		{name: "Cognito, a wrong token", guard: "COGNITO_USER_POOLS", trace: steps("!token"), denial: unauthorized,
			want: "- -|401 Unauthorized|- -|-"},
		{name: "a JWT, a wrong scope", guard: "JWT", trace: steps("identity source", "token", "!scopes"),
			denial: &mapping.Failure{Type: mapping.AccessDenied, Status: 403, Message: "Forbidden"},
			want:   "- -|403 Forbidden|- -|-"},
		{name: "IAM", guard: "AWS_IAM", trace: steps("signature", "policy"), want: "200 -|- -|200 -|-"},
		{name: "IAM, a wrong signature", guard: "AWS_IAM", trace: steps("!signature"),
			denial: &mapping.Failure{Type: mapping.InvalidSignature, Message: "wrong"}, want: "403 wrong|- -|- -|-"},
		{name: "IAM, denied", guard: "AWS_IAM", trace: steps("signature", "!policy"), denial: accessDenied,
			want: "200 -|- -|403 " + notAuthorized + "|-"},
		{name: "a URI that is too long", guard: "AWS_IAM", trace: steps("!method ARN"),
			denial: &mapping.Failure{Status: 414}, want: "- -|- -|- -|-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := orders(func(e *Entry) {
				e.Verdict = &checks.Verdict{Authorizer: c.guard, Trace: c.trace, Denial: c.denial}
			})
			if got := Parse(format).Line(e); got != c.want+"\n" {
				t.Errorf("got  %q\nwant %q", got, c.want+"\n")
			}
		})
	}
	t.Run("times", func(t *testing.T) {
		e := orders(func(e *Entry) {
			e.AuthorizerRequestID = "invocation-0"
			e.Verdict = &checks.Verdict{Authorizer: "TOKEN", AuthorizerTime: 12 * time.Millisecond,
				Trace: steps("resource policy", "authorizer", "policy")}
		})
		const times = "$context.authorizer.latency $context.authorizer.integrationLatency " +
			"$context.authorizer.integrationStatus $context.authorizer.requestId $context.authorize.latency " +
			"$context.authenticate.latency"
		if got, want := Parse(times).Line(e), "12 12 200 invocation-0 0 -\n"; got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

func FuzzLine(f *testing.F) {
	for _, format := range []string{
		"$context.requestId", "$context.", "$context.a.b.", "{\"a\":\"$context.status\"}\r\n", "$",
	} {
		f.Add(format, "curl")
	}
	f.Fuzz(func(t *testing.T, format, agent string) {
		parsed := Parse(format)
		e := orders(func(e *Entry) { e.Source.Request.Headers[0].Value = agent })
		line := parsed.Line(e)
		if !strings.HasSuffix(line, "\n") {
			t.Errorf("%q has no line end", line)
		}
		if breaks := strings.Count(line, "\n") - 1; breaks != strings.Count(parsed.text, "\n") {
			t.Errorf("%q has %d line breaks, and the format %q has not", line, breaks, format)
		}
		if !strings.Contains(format, "$context.") && line != parsed.text+"\n" {
			t.Errorf("got %q for a text", line)
		}
		parsed.Problems()
	})
}
