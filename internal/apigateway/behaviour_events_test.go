package apigateway

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// members returns the names of an object's members in order, including those of nested objects: "a, b{c, d|null}".
func members(v any) string {
	o, ok := v.(object)
	if !ok {
		return ""
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		text := name
		if o[name] == nil {
			text += "|null"
		}
		if name == "identity" || name == "requestContext" || name == "authorizer" {
			text += "{" + members(o[name]) + "}"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func eventBehaviour(t *testing.T) []behaviour {
	r := bare()
	r["Stage"].(object)["Properties"].(object)["Variables"] = object{"table": "orders"}
	addAuthorizer(r, "Auth", nil)
	addAuthorizer(r, "Asked", object{"Type": "REQUEST", "IdentitySource": "method.request.header.Answer"})
	addPool(r)
	addRoute(r, "GET /open/{id}", proxy("Fn"))
	addRoute(r, "POST /open/{id}", proxy("Fn"))
	addRoute(r, "GET /token/{id}", proxy("Fn"), guardedBy("Auth"))
	addRoute(r, "POST /asked/{id}", proxy("Fn"), guardedBy("Asked"))
	addRoute(
		r,
		"GET /pool",
		proxy("Fn"),
		object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")},
	)
	addRoute(r, "GET /signed", proxy("Fn"), object{"AuthorizationType": "AWS_IAM"})
	s := serve(t, r)
	mutual := serve(t, r, func(o *Options) {
		o.ClientCertificate = &clientcert.Certificate{ // as in the example of docAuthInput
			PEM: "CERT_CONTENT", SubjectDN: "www.example.com", IssuerDN: "Example issuer",
			SerialNumber: "a1:a1:a1:a1:a1:a1:a1:a1",
			NotBefore:    "May 28 12:30:02 2019 GMT", NotAfter: "Aug  5 09:36:04 2021 GMT",
		}
	})
	shows := func(name, source, want string, got func(t *testing.T) string) behaviour {
		return behaviour{name: name, source: source, want: want, got: got}
	}
	part := func(e object, names ...string) any {
		var v any = e
		for _, name := range names {
			v = v.(object)[name]
		}
		return v
	}
	const identity = "identity{accessKey|null, accountId|null, caller|null, cognitoAuthenticationProvider|null, " +
		"cognitoAuthenticationType|null, cognitoIdentityId|null, cognitoIdentityPoolId|null, principalOrgId|null, " +
		"sourceIp, user|null, userAgent, userArn|null}"
	const whole = "requestContext{accountId, apiId, deploymentId, domainName, domainPrefix, extendedRequestId, " +
		"httpMethod, " + identity + ", path, protocol, requestId, requestTime, requestTimeEpoch, resourceId, " +
		"resourcePath, stage}"
	const proxyEvent = "body|null, headers, httpMethod, isBase64Encoded, multiValueHeaders, " +
		"multiValueQueryStringParameters|null, path, pathParameters, queryStringParameters|null, " +
		whole + ", resource, stageVariables"
	open := func(t *testing.T) object { return eventOf(t, s.send(t, "GET /prod/open/7", "User-Agent: tests")) }
	context := func(name, source, want string, members ...string) behaviour {
		return shows(name, source, want, func(t *testing.T) string {
			return jsonOf(t, part(open(t), append([]string{"requestContext"}, members...)...))
		})
	}
	// vpc returns the VPC in the event of a request, with options that name a VPC and an endpoint.
	vpc := func(name, endpoint, want string) behaviour {
		return shows(name, docReference, want, func(t *testing.T) string {
			r := bare()
			r["Api"].(object)["Properties"].(object)["EndpointConfiguration"] = object{"Types": []any{endpoint}}
			r["Api"].(object)["Properties"].(object)["Policy"] = object{"Version": "2012-10-17",
				"Statement": []any{rule("Allow", "execute-api:/*")}}
			addRoute(r, "GET /told", proxy("Fn"))
			s := serve(t, r, func(o *Options) { o.SourceVPC, o.SourceVPCEndpoint = "vpc-1", "vpce-1" })
			id := part(eventOf(t, s.send(t, "GET /prod/told")), "requestContext", "identity").(object)
			return jsonOf(t, []any{id["vpcId"], id["vpceId"]})
		})
	}
	return []behaviour{
		vpc("AWS_PROXY: the VPC and its endpoint, of a private API", "PRIVATE", `["vpc-1","vpce-1"]`),
		vpc("AWS_PROXY: neither, of another API", "REGIONAL", `[null,null]`),
		shows(
			"TOKEN, exactly",
			docAuthInput,
			`{"authorizationToken":"Bearer event",`+
				`"methodArn":"arn:aws:execute-api:eu-west-1:123456789012:API/prod/GET/token/7","type":"TOKEN"}`,
			func(t *testing.T) string {
				return strings.ReplaceAll(
					jsonOf(t, authorizerEvent(t, s.send(t, "GET /prod/token/7", bearer("event")))),
					s.apiID,
					"API",
				)
			},
		),
		shows(
			"REQUEST: its members, and no body",
			recordedAuthorizer,
			"headers, httpMethod, methodArn, multiValueHeaders, multiValueQueryStringParameters, path, pathParameters, "+
				"queryStringParameters, "+whole+", resource, stageVariables, type",
			func(t *testing.T) string {
				return members(authorizerEvent(t, s.post(t, "POST /prod/asked/7?q=1", "hello", "Answer: event",
					"User-Agent: tests")))
			},
		),
		shows(
			"REQUEST: Content-Length, which a function does not get",
			recordedAuthorizer,
			`"5"`,
			func(t *testing.T) string {
				e := authorizerEvent(t, s.post(t, "POST /prod/asked/7", "hello", "Answer: event"))
				return jsonOf(t, part(e, "headers", "Content-Length"))
			},
		),
		shows(
			"REQUEST: the route and its values",
			docAuthInput,
			`"REQUEST" "/asked/{id}" "/asked/7" "POST" {"id":"7"} {"q":"2"} {"q":["1","2"]} {"table":"orders"} "/prod/asked/7"`,
			func(t *testing.T) string {
				e := authorizerEvent(t, s.post(t, "POST /prod/asked/7?q=1&q=2", "hello", "Answer: event"))
				var out []string
				for _, v := range []any{
					e["type"],
					e["resource"],
					e["path"],
					e["httpMethod"],
					e["pathParameters"],
					e["queryStringParameters"],
					e["multiValueQueryStringParameters"],
					e["stageVariables"],
					part(e, "requestContext", "path"),
				} {
					out = append(out, jsonOf(t, v))
				}
				return strings.Join(out, " ")
			},
		),
		shows("REQUEST: the API key, where there is one", docAuthInput, `"a-key-of-the-caller"`, func(t *testing.T) string {
			return jsonOf(
				t,
				part(
					authorizerEvent(t, s.post(t, "POST /prod/asked/7", "", "Answer: event", "X-API-Key: a-key-of-the-caller")),
					"requestContext",
					"identity",
					"apiKey",
				),
			)
		}),
		shows(
			"REQUEST: identity.clientCert",
			docAuthInput,
			`{"clientCertPem":"CERT_CONTENT","issuerDN":"Example issuer","serialNumber":"a1:a1:a1:a1:a1:a1:a1:a1",`+
				`"subjectDN":"www.example.com","validity":{"notAfter":"Aug  5 09:36:04 2021 GMT",`+
				`"notBefore":"May 28 12:30:02 2019 GMT"}}`,
			func(t *testing.T) string {
				return jsonOf(t, part(authorizerEvent(t, mutual.post(t, "POST /prod/asked/7", "", "Answer: event")),
					"requestContext", "identity", "clientCert"))
			},
		),

		shows(
			"AWS_PROXY: its members, without an authorizer",
			recordedEvents,
			proxyEvent,
			func(t *testing.T) string { return members(open(t)) },
		),
		shows(
			"AWS_PROXY: X-Forwarded headers say https and 443",
			recordedEvents,
			`["127.0.0.1","443","https"]`,
			func(t *testing.T) string {
				h := open(t)["headers"].(object)
				return jsonOf(t, []any{h["X-Forwarded-For"], h["X-Forwarded-Port"], h["X-Forwarded-Proto"]})
			},
		),
		shows(
			"AWS_PROXY: what the caller claims to have been forwarded",
			recordedEvents,
			`["203.0.113.9, 127.0.0.1","443","https"]`,
			func(t *testing.T) string {
				h := eventOf(
					t,
					s.send(t, "GET /prod/open/7", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Port: 1", "X-Forwarded-Proto: gopher"),
				)["headers"].(object)
				return jsonOf(t, []any{h["X-Forwarded-For"], h["X-Forwarded-Port"], h["X-Forwarded-Proto"]})
			},
		),
		shows(
			"AWS_PROXY: domainName is the Host header, and domainPrefix its first label",
			docReference,
			`["shop.example.com","shop.example.com","shop"]`,
			func(t *testing.T) string {
				e := rawEvent(t, s, "GET /prod/open/7 HTTP/1.1\nHost: shop.example.com\nConnection: close\n\n")
				return jsonOf(
					t,
					[]any{
						e["headers"].(object)["Host"],
						part(e, "requestContext", "domainName"),
						part(e, "requestContext", "domainPrefix"),
					},
				)
			},
		),
		shows("AWS_PROXY: of an address the prefix is the API's id", recordedEvents, "true true", func(t *testing.T) string {
			e := open(t)
			return fmt.Sprint(
				part(e, "requestContext", "domainName") == s.address,
				part(e, "requestContext", "domainPrefix") == s.apiID,
			)
		}),
		context("AWS_PROXY: the path with the stage", docReference, `"/prod/open/7"`, "path"),
		context("AWS_PROXY: the route", docReference, `"/open/{id}"`, "resourcePath"),
		context("AWS_PROXY: the time", docReference, `"04/Mar/2026:05:06:07 +0000"`, "requestTime"),
		context("AWS_PROXY: the time in milliseconds", docReference, fmt.Sprint(began.UnixMilli()), "requestTimeEpoch"),
		context("AWS_PROXY: the protocol", docReference, `"HTTP/1.1"`, "protocol"),
		context("AWS_PROXY: the caller's address", docReference, `"127.0.0.1"`, "identity", "sourceIp"),
		shows("AWS_PROXY: a body", docProxy, `"hello" false`, func(t *testing.T) string {
			e := eventOf(t, s.post(t, "POST /prod/open/7", "hello"))
			return fmt.Sprint(jsonOf(t, e["body"]), " ", e["isBase64Encoded"])
		}),
		shows(
			"AWS_PROXY: the request's ids are those of the answer",
			docReference,
			"true true true",
			func(t *testing.T) string {
				got := s.send(t, "GET /prod/open/7")
				e := eventOf(t, got)
				return fmt.Sprint(
					part(e, "requestContext", "requestId") == got.header.Get("x-amzn-RequestId"),
					part(e, "requestContext", "extendedRequestId") == got.header.Get("x-amz-apigw-id"),
					strings.HasPrefix(got.header.Get("X-Amzn-Trace-Id"), e["headers"].(object)["X-Amzn-Trace-Id"].(string)+";"),
				)
			},
		),

		shows(
			"after a Lambda authorizer",
			docAuthOutput,
			`{"integrationLatency":0,"principalId":"alice","tier":"gold"}`,
			func(t *testing.T) string {
				return jsonOf(t, part(eventOf(t, s.send(t, "GET /prod/token/7", bearer("allow"))), "requestContext", "authorizer"))
			},
		),
		shows("after Cognito", docCognito, "claims bob true", func(t *testing.T) string {
			a := part(eventOf(t, s.send(t, "GET /prod/pool", bearer(s.Token(devissuer.TokenRequest{
				Use:     devissuer.ID,
				Subject: "bob",
			})))), "requestContext", "authorizer").(object)
			claims := a["claims"].(object)
			texts := true
			for _, v := range claims {
				_, text := v.(string)
				texts = texts && text
			}
			return fmt.Sprint(strings.Join(slices.Sorted(maps.Keys(a)), " "), " ", claims["sub"], " ", texts)
		}),
		shows(
			"after IAM",
			docReference,
			`["`+s.AccessKeys()[0].ID+`","123456789012","arn:aws:iam::123456789012:user/developer"]; no authorizer`,
			func(t *testing.T) string {
				e := eventOf(t, s.do(t, s.signed(t, "GET /prod/signed", s.AccessKeys()[0], began)))
				id := part(e, "requestContext", "identity").(object)
				out := jsonOf(t, []any{id["accessKey"], id["accountId"], id["userArn"]})
				if part(e, "requestContext", "authorizer") == nil {
					out += "; no authorizer"
				}
				return out
			},
		),
	}
}
