package apigateway

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// variableBehaviour is a variable of a gateway response that has no value.
func variableBehaviour(t *testing.T) []behaviour {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /orders", mock("orders"), guardedBy("Auth"))
	r["Denied"] = resource("ApiGateway::GatewayResponse", object{"RestApiId": ref("Api"), "ResponseType": "UNAUTHORIZED",
		"ResponseParameters": object{
			"gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
			"gatewayresponse.header.X-None":                      "context.authorizer.none",
			"gatewayresponse.header.X-Unknown":                   "context.newSince2026",
			"gatewayresponse.header.X-Stage":                     "stageVariables.none",
		},
		"ResponseTemplates": object{
			"application/json": `{"a":"$context.authorizer.none","b":"$context.newSince2026","c":"$stageVariables.none",` +
				`"d":"$unknown","m":$context.error.messageString}`,
		}})
	s := serve(t, r)
	return []behaviour{
		{
			name:   "a variable without a value is empty, and the response stays",
			source: docGWVariables,
			want:   `401 UnauthorizedException {"a":"","b":"","c":"","d":"","m":"Unauthorized"}; Access-Control-Allow-Origin: *`,
			got: func(t *testing.T) string {
				got := s.send(t, "GET /prod/orders")
				return got.String() + "; " + got.headers("Access-Control-Allow-Origin", "X-None", "X-Unknown", "X-Stage")
			},
		},
		{
			name:   "one that is not known here is said at the start",
			source: strictestReading,
			want:   "true true",
			got: func(t *testing.T) string {
				all := strings.Join(s.Problems(), "\n")
				return fmt.Sprint(strings.Contains(all, "Shop/Denied: the variable $context.newSince2026 is not known here"),
					strings.Contains(all, "Shop/Denied: the variable $context.newSince2026 is not known here: it has no value"))
			},
		},
	}
}

// edgeBehaviour is the header Authorization in small letters, and others that an edge-optimized API hands on
// with capital letters.
func edgeBehaviour(t *testing.T) []behaviour {
	api := func(types ...any) *site {
		return backends(t, func(r object) {
			if len(types) > 0 {
				r["Api"].(object)["Properties"].(object)["EndpointConfiguration"] = object{"Types": types}
			}
			addAuthorizer(r, "Asked", object{"Type": "REQUEST", "IdentitySource": "method.request.header.Authorization"})
			addRoute(r, "GET /asked", proxy("Fn"), guardedBy("Asked"))
		})
	}
	names := func(headers any) string {
		var out []string
		for name := range headers.(object) {
			if strings.EqualFold(name, "Authorization") {
				out = append(out, name)
			}
		}
		return fmt.Sprint(out)
	}
	handed := func(name string, s *site, want string) behaviour {
		return behaviour{name: name, source: recordedEdge, want: want, got: func(t *testing.T) string {
			e := rawEvent(t, s, eventHead+"authorization: Bearer x\n\n")
			return names(e["headers"]) + " " + names(e["multiValueHeaders"])
		}}
	}
	byDefault := api()
	// The request and the names are from a recorded event, except for the headers of CloudFront and API Gateway.
	const browser = "GET /prod/fn/x HTTP/1.1\nHost: api.example.com\nConnection: close\naccept: */*\n" +
		"accept-encoding: gzip\naccept-language: en\ncache-control: no-cache\ncookie: a=b\n" +
		"origin: https://shop.example.com\npragma: no-cache\nreferer: https://shop.example.com/\n" +
		"sec-fetch-mode: cors\nuSER-Agent: tests\n\n"
	handedOn := func(name string, s *site, want string) behaviour {
		return behaviour{name: name, source: seenEdge, want: want, got: func(t *testing.T) string {
			e := rawEvent(t, s, browser)
			var out []string
			for _, name := range slices.Sorted(maps.Keys(e["headers"].(object))) {
				if !strings.HasPrefix(name, "X-") {
					out = append(out, name)
				}
			}
			if len(e["multiValueHeaders"].(object)) != len(e["headers"].(object)) {
				t.Errorf("the two maps differ: %v", e)
			}
			return strings.Join(out, " ")
		}}
	}
	return []behaviour{
		handedOn(
			"a browser's headers, edge-optimized",
			byDefault,
			"Accept Accept-Encoding Accept-Language Cookie Host Referer User-Agent cache-control origin pragma sec-fetch-mode",
		),
		handedOn(
			"a browser's headers, regional",
			api("REGIONAL"),
			"Host accept accept-encoding accept-language cache-control cookie origin pragma referer sec-fetch-mode uSER-Agent",
		),
		handed("edge-optimized, by default", byDefault, "[Authorization] [Authorization]"),
		handed("edge-optimized, as it says", api("EDGE"), "[Authorization] [Authorization]"),
		handed("regional", api("REGIONAL"), "[authorization] [authorization]"),
		handed("private", api("PRIVATE"), "[authorization] [authorization]"),
		{name: "in any letters", source: recordedEdge, want: "[Authorization]", got: func(t *testing.T) string {
			return names(rawEvent(t, byDefault, eventHead+"aUTHORIZATION: Bearer x\n\n")["headers"])
		}},
	}
}

// unknownBehaviour has an unknown route and an Authorization header that is not a signature.
func unknownBehaviour(t *testing.T) []behaviour {
	s := backends(t, func(r object) {
		r["Gone"] = resource(
			"ApiGateway::GatewayResponse",
			object{"RestApiId": ref("Api"), "ResponseType": "MISSING_AUTHENTICATION_TOKEN", "StatusCode": "404",
				"ResponseTemplates": object{"text/plain": "$context.error.message"}},
		)
	})
	plain := backends(t)
	ask := func(name, source string, s *site, header, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			var headers []string
			if header != "" {
				headers = append(headers, "Authorization: "+header)
			}
			got := s.send(t, "GET /prod/nothing", headers...).String()
			return regexp.MustCompile(`[A-Za-z0-9+/]{43}=`).ReplaceAllString(got, "HASH")
		}}
	}
	const requires = `403 IncompleteSignatureException {"message":"` +
		`Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. ` +
		`Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a ` +
		`'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=HASH"}`
	const missing = `403 IncompleteSignatureException {"message":"Invalid key=value pair (missing equal-sign) ` +
		`in Authorization header (hashed with SHA-256 and encoded with Base64): 'HASH'."}`
	bearer := ask("a bearer token", seenNoRoute, plain, "Bearer abc.def.ghi", missing)
	bearer.differs = `older observations have the words, "'abc.def.ghi' not a valid key=value pair ` +
		`(missing equal-sign) in Authorization header: 'Bearer abc.def.ghi'.": AWS no longer repeats the header`
	return []behaviour{
		bearer,
		ask("one word", seenIncomplete, plain, "abc.def.ghi", requires),
		ask("Basic, whose base64 has an equal sign", seenIncomplete, plain, "Basic YWxpY2U6c2VjcmV0cw==", requires),
		ask("no Authorization", recordedRouting, plain, "", noSuchRoute),
		ask(
			"a signature by any key",
			recordedRouting,
			plain,
			"AWS4-HMAC-SHA256 Credential=AKIA/20260304/eu-west-1/execute-api/aws4_request, "+
				"SignedHeaders=host, Signature=00, X=y",
			requires2,
		),
		ask(
			"its gateway response is that of a missing token",
			"https://github.com/amazon-archives/aws-cognito-angular-quickstart/issues/50",
			s,
			"abc",
			strings.NewReplacer(`403 `, `404 `, `{"message":"`, "", `"}`, "").Replace(requires),
		),
	}
}

// requires2 is the answer to a signature without its date.
const requires2 = `403 IncompleteSignatureException {"message":"` +
	`Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ` +
	`(Hashed with SHA-256 and encoded with Base64) Authorization=HASH"}`

// parameterBehaviour is RequestParameters of an AWS_PROXY integration.
func parameterBehaviour(t *testing.T) []behaviour {
	const failed = `500 InternalServerErrorException {"message": "Internal server error"}`
	ask := func(name, target, source, want string) behaviour {
		s := backends(t, func(r object) {
			p := proxy("Fn")
			p["RequestParameters"] = object{target: source}
			addRoute(r, "GET /mapped", p, object{"RequestParameters": object{"method.request.header.X-From": false}})
		})
		return behaviour{name: name, source: recordedIllegal, want: want, got: func(t *testing.T) string {
			got := s.send(t, "GET /prod/mapped")
			if got.status == 500 && !strings.Contains(got.record.Reason, "RequestParameters") {
				t.Errorf("the reason is %q", got.record.Reason)
			}
			if got.status == 200 {
				return fmt.Sprint(got.status, " ", eventOf(t, got)["headers"].(object)["X-To"])
			}
			return got.String()
		}}
	}
	var list []behaviour
	for _, name := range []string{
		"Content-Length",
		"Transfer-Encoding",
		"Authorization",
		"Connection",
		"Expect",
		"Proxy-Authenticate",
		"TE",
		"authorization",
		"X-Amzn-Trace-Id",
	} {
		list = append(list, ask(name, "integration.request.header."+name, "'x'", failed))
	}
	return append(
		list,
		ask("another header, which is not applied", "integration.request.header.X-To", "'x'", "200 <nil>"),
		ask(
			"one of those from a header that the request does not have",
			"integration.request.header.Authorization",
			"method.request.header.X-From",
			"200 <nil>",
		),
		ask("a query string parameter of that name", "integration.request.querystring.Connection", "'x'", "200 <nil>"),
	)
}

// mediaTypeBehaviour is which Accept header has an answer decoded.
func mediaTypeBehaviour(t *testing.T) []behaviour {
	with := func(types ...any) *site {
		return backends(t, func(r object) { r["Api"].(object)["Properties"].(object)["BinaryMediaTypes"] = types })
	}
	families, exact, all := with("application/*", "image/*"), with("application/json", "image/png"), with("*/*")
	const hello, encoded = "hello", "aGVsbG8="
	ask := func(name string, s *site, want string, headers ...string) behaviour {
		return behaviour{name: name, source: recordedBinary, want: want, got: func(t *testing.T) string {
			got := s.post(
				t,
				"POST /prod/fn/answer",
				`{"isBase64Encoded":true,"body":"`+encoded+`"}`,
				append([]string{"Content-Type: text/plain"}, headers...)...)
			return got.body
		}}
	}
	return []behaviour{
		ask("no Accept is not application/json", exact, encoded),
		ask("application/json itself is", exact, hello, "Accept: application/json"),
		ask("the whole type, not its beginning", exact, encoded, "Accept: image/png2"),
		ask("nor its end", exact, encoded, "Accept: ximage/png"),
		ask("a family of the list", families, hello, "Accept: image/webp"),
		ask("a family of the list and no Accept", families, encoded),
		ask("a family of the list and half a type", families, encoded, "Accept: image"),
		ask("a family of the list and a family", families, encoded, "Accept: image/*"),
		ask("a family of the list and any type", families, encoded, "Accept: */*"),
		ask("any type in the list and no Accept", all, hello),
	}
}

// deployedBehaviour lists what API Gateway deploys and answers.
func deployedBehaviour(t *testing.T) []behaviour {
	r := bare()
	r["Api"].(object)["Properties"].(object)["Policy"] = ""
	undeclared := mock("x")
	undeclared["IntegrationResponses"] = []any{object{"StatusCode": "204"}}
	undeclared["RequestTemplates"] = object{"application/json": `{"statusCode": 204}`}
	addRoute(r, "GET /undeclared", undeclared)
	addRoute(r, "GET /orders", proxy("Fn"))
	s := serve(t, r)
	const recordedResponses = localstack + "test_apigateway_api.py"
	return []behaviour{
		{
			name: "an integration response for a status without a method response is deployed, and fails",
			source: recordedResponses +
				", https://dev.classmethod.jp/articles/tsnote-output-mapping-refers-to-an-invalid-method-response-200/",
			want: `500 ApiConfigurationException {"message": "Internal server error"}`,
			got:  func(t *testing.T) string { return s.send(t, "GET /prod/undeclared").String() },
		},
		{name: `Policy: "" is no policy`, source: seenNoPolicy, want: "200; []", got: func(t *testing.T) string {
			return s.send(t, "GET /prod/orders").String() + "; " + fmt.Sprint(s.Problems())
		}},
		{
			name:   "two slashes before the stage",
			source: recordedRouting,
			want:   `200 "/orders"`,
			got: func(t *testing.T) string {
				got := s.raw(t, "GET //prod/orders HTTP/1.1\nHost: a\nConnection: close\n\n")
				status, rest, _ := strings.Cut(got, "\r\n")
				path := regexp.MustCompile(`"path":("[^"]*")`).FindStringSubmatch(rest)
				if path == nil {
					return got
				}
				return strings.Fields(status)[1] + " " + path[1]
			},
		},
	}
}

// traceBehaviour is X-Amzn-Trace-Id of answers and of events.
func traceBehaviour(t *testing.T) []behaviour {
	s := backends(t)
	const root = "Root=1-67891233-abcdef012345678912345678"
	form := func(trace string) string {
		for _, part := range []struct{ pattern, name string }{
			{`1-67891233-abcdef012345678912345678`, "SENT"},
			{`1-[0-9a-f]{8}-[0-9a-f]{24}`, "NEW"},
			{`463ac35c9f6413ad`, "SENT"},
			{`Parent=[0-9a-f]{16}`, "Parent=NEW"},
			{`1:[0-9a-f]{8}:0`, "NEW"},
		} {
			trace = regexp.MustCompile(part.pattern).ReplaceAllString(trace, part.name)
		}
		return trace
	}
	ask := func(name, source, target, body, sent, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			var headers []string
			if sent != "" {
				headers = append(headers, "X-Amzn-Trace-Id: "+sent)
			}
			got := s.post(t, target, body, headers...)
			out := fmt.Sprint(got.status, " ", form(got.header.Get("X-Amzn-Trace-Id")))
			if strings.HasSuffix(target, "/x") {
				out += " event " + form(eventOf(t, got)["headers"].(object)["X-Amzn-Trace-Id"].(string))
			}
			return out
		}}
	}
	return []behaviour{
		ask("none on MOCK", recordedNoTrace, "POST /prod/mock", "", root, "200 "),
		ask("none on the 502 of a malformed answer", recordedNoTrace, "POST /prod/fn/answer", "7", root, "502 "),
		ask(
			"of a proxy's answer",
			recordedLambda,
			"POST /prod/fn/x",
			"",
			"",
			"200 Root=NEW;Parent=NEW;Sampled=0;Lineage=NEW event Root=NEW",
		),
		ask(
			"a Root alone gets a Parent",
			recordedTrace,
			"POST /prod/fn/x",
			"",
			root,
			"200 Root=SENT;Parent=NEW;Sampled=0;Lineage=NEW event Root=SENT;Parent=NEW",
		),
		ask("a Parent goes on", recordedTrace, "POST /prod/fn/x", "", root+";Parent=463ac35c9f6413ad;Sampled=1",
			"200 Root=SENT;Parent=SENT;Sampled=1;Lineage=NEW event Root=SENT;Parent=SENT;Sampled=1"),
	}
}

// sentBehaviour checks that the path in events and method ARNs is the one that was sent.
func sentBehaviour(t *testing.T) []behaviour {
	const captures = "captures of 2026, not published; event paths in " + recordedEvents
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /admin", proxy("Fn"))
	addRoute(r, "GET /{proxy+}", proxy("Fn"), guardedBy("Auth"))
	s := serve(t, r)
	ask := func(name, target, want string) behaviour {
		return behaviour{name: name, source: captures, want: want, got: func(t *testing.T) string {
			got := s.send(t, target, bearer("event"))
			if got.status != 200 {
				return got.String()
			}
			e := eventOf(t, got)
			out := fmt.Sprint(e["resource"], " ", e["path"])
			if authorizer, ok := e["requestContext"].(object)["authorizer"].(object); ok {
				arn := regexp.MustCompile(`"methodArn":"([^"]*)"`).FindStringSubmatch(authorizer["event"].(string))
				out += " " + strings.TrimPrefix(arn[1], "arn:aws:execute-api:eu-west-1:123456789012:"+s.apiID)
			}
			return out
		}}
	}
	return []behaviour{
		ask("plain", "GET /prod/admin", "/admin /admin"),
		ask("an encoded letter", "GET /prod/%61dmin", "/{proxy+} /%61dmin /prod/GET/%61dmin"),
		ask("an encoded slash", "GET /prod/a%2Fb", "/{proxy+} /a%2Fb /prod/GET/a%2Fb"),
		ask("digits in small letters", "GET /prod/%c3%a9", "/{proxy+} /%c3%a9 /prod/GET/%c3%a9"),
		{name: "that matching and the evaluation of policies read a path alike", source: strictestReading,
			differs: "not shown: it takes a deployment; docs/security-model.md names the requests that show it"},
	}
}
