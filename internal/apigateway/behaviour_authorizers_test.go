package apigateway

import (
	"strings"
	"testing"
	"time"
)

// The expected answers of most cases.
const (
	unauthorized  = `401 UnauthorizedException {"message":"Unauthorized"}`
	broken        = `500 AuthorizerConfigurationException {"message":null}`
	implicitDeny  = `403 AccessDeniedException {"Message":"User is not authorized to access this resource"}`
	explicitDeny  = `403 AccessDeniedException {"Message":"` + deniedByPolicy + `"}`
	noSuchRoute   = `403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}`
	notServedHere = `501 NotImplemented ` +
		`{"message":"The local gateway does not serve this route as Amazon API Gateway would"}`

	deniedByPolicy = "User is not authorized to access this resource with an explicit deny in an identity-based policy"
)

func tokenBehaviour(t *testing.T) []behaviour {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addAuthorizer(r, "Checked", object{"IdentityValidationExpression": "Bearer [-a-z]+"})
	r["SlowFn"] = function()
	r["SlowFn"].(object)["Properties"].(object)["Timeout"] = 1
	addAuthorizer(r, "Slow", object{"AuthorizerUri": invocation("SlowFn")})
	addRoute(r, "GET /token", mock("token"), guardedBy("Auth"))
	addRoute(r, "GET /checked", mock("checked"), guardedBy("Checked"))
	addRoute(r, "GET /slow", mock("slow"), guardedBy("Slow"))
	addRoute(r, "GET /backend", proxy("Fn"), guardedBy("Auth"))
	s := serve(t, r)
	asked := func(name, source, target, want string, headers ...string) behaviour {
		return behaviour{
			name:   name,
			source: source,
			want:   want,
			got:    func(t *testing.T) string { return s.send(t, target, headers...).asked() },
		}
	}
	context := func(name, context, want string) behaviour {
		return behaviour{name: name, source: docAuthOutput, want: want, got: func(t *testing.T) string {
			got := s.send(t, "GET /prod/backend", answering(context, statement("Allow", "*")))
			if got.status != 200 {
				return got.String()
			}
			authorizer := eventOf(t, got)["requestContext"].(object)["authorizer"].(object)
			delete(authorizer, "integrationLatency")
			return jsonOf(t, authorizer)
		}}
	}
	return []behaviour{
		asked("no header", docAuthorizer, "GET /prod/checked", unauthorized+", not invoked"),
		asked("an empty header", docAuthorizer, "GET /prod/checked", unauthorized+", not invoked", "Authorization: "),
		asked(
			"a header that the expression does not match",
			docAuthorizer,
			"GET /prod/checked",
			unauthorized+", not invoked",
			"Authorization: Basic allow",
		),
		asked(
			"a header of which the expression matches a part",
			strictestReading,
			"GET /prod/checked",
			unauthorized+", not invoked",
			"Authorization: x Bearer allow",
		),
		asked("a header that it matches", docAuthorizer, "GET /prod/checked", "200 checked, invoked", bearer("allow")),
		asked(
			"no expression, any token",
			docAuthorizer,
			"GET /prod/token",
			unauthorized+", invoked",
			"Authorization: error:Unauthorized",
		),
		{
			name:   "an expression that Go's regexp package does not know",
			source: strictestReading,
			want:   notServedHere,
			got: func(t *testing.T) string {
				other := bare()
				addAuthorizer(other, "Auth", object{"IdentityValidationExpression": `(?=Bearer).*`})
				addRoute(other, "GET /x", mock("x"), guardedBy("Auth"))
				return serve(t, other).send(t, "GET /prod/x", bearer("allow")).String()
			},
			differs: "API Gateway's expressions are Java's: " +
				"those with look-around or back references are refused, and the route answers 501",
		},

		asked(
			"the error is Unauthorized",
			docUseAuthorizer,
			"GET /prod/token",
			unauthorized+", invoked",
			bearer("error:Unauthorized"),
		),
		asked(
			"it is unauthorized, in small letters",
			seenModes,
			"GET /prod/token",
			broken+", invoked",
			bearer("error:unauthorized"),
		),
		asked(
			"it has Unauthorized in it",
			seenModes,
			"GET /prod/token",
			broken+", invoked",
			bearer("error:Unauthorized: expired"),
		),
		asked("another error", seenModes, "GET /prod/token", broken+", invoked", bearer("error:boom")),
		asked("the function crashes", seenModes, "GET /prod/token", broken+", invoked", bearer("crash")),
		asked("the function times out", seenModes, "GET /prod/slow", broken+", invoked", bearer("sleep")),
		asked("no object", seenModes, "GET /prod/token", broken+", invoked", bearer(`answer:"allow"`)),
		asked("no policy", docAuthOutput, "GET /prod/token", broken+", invoked", bearer(`answer:{"principalId":"alice"}`)),
		asked(
			"a policy that cannot be read",
			docAuthOutput,
			"GET /prod/token",
			broken+", invoked",
			bearer(`answer:{"principalId":"alice","policyDocument":{"Statement":[{"Effect":"allow"}]}}`),
		),
		{name: "no principalId", source: docAuthOutput, want: broken, got: func(t *testing.T) string {
			return s.send(
				t,
				"GET /prod/token",
				bearer(`answer:{"policyDocument":{"Version":"2012-10-17","Statement":[`+statement("Allow", "*")+`]}}`),
			).
				String()
		}, differs: "documented as required and refused here; " + seenModes + " has it as optional"},

		asked("an explicit deny", seen403, "GET /prod/token", explicitDeny+", invoked", bearer("deny")),
		asked(
			"a deny beside an allow",
			docFlow,
			"GET /prod/token",
			explicitDeny+", invoked",
			answering("{}", statement("Allow", "*"), statement("Deny", "prod/GET/token")),
		),
		asked("an implicit deny", seen403, "GET /prod/token", implicitDeny+", invoked", bearer("other")),
		asked("a policy without statements", strictestReading, "GET /prod/token", broken+", invoked", answering("{}")),
		asked("an allow", docUseAuthorizer, "GET /prod/token", "200 token, invoked", bearer("allow")),
		{name: "the words of an explicit deny", source: seen403,
			differs: `older observations end in "with an explicit deny"; ` +
				`the words here are those of newer ones, which go on "in an identity-based policy"`},

		context(
			"text, a number and booleans reach the backend as strings",
			`{"s":"a","n":1.50,"t":true,"f":false}`,
			`{"f":"false","n":"1.50","principalId":"alice","s":"a","t":"true"}`,
		),
		context("no context", `null`, `{"principalId":"alice"}`),
		context("an object", `{"o":{"a":1}}`, broken),
		context("an array", `{"a":[1]}`, broken),
		context("null", `{"a":null}`, broken),
		context("the context cannot say who the principal is", `{"principalId":"mallory"}`, `{"principalId":"alice"}`),
	}
}

func requestBehaviour(t *testing.T) []behaviour {
	r := bare()
	const sources = "method.request.header.X-Tenant, method.request.querystring.q, " +
		"stageVariables.region, context.identity.sourceIp"
	r["Stage"].(object)["Properties"].(object)["Variables"] = object{"region": "eu"}
	addAuthorizer(r, "Cached", object{"Type": "REQUEST", "IdentitySource": sources, "AuthorizerResultTtlInSeconds": 300})
	addAuthorizer(r, "Loose", object{"Type": "REQUEST", "IdentitySource": sources})
	addRoute(r, "GET /cached", mock("cached"), guardedBy("Cached"))
	addRoute(r, "GET /loose", mock("loose"), guardedBy("Loose"))
	s := serve(t, r)
	asked := func(name, source, target, want string, headers ...string) behaviour {
		return behaviour{
			name:   name,
			source: source,
			want:   want,
			got:    func(t *testing.T) string { return s.send(t, target, headers...).asked() },
		}
	}
	return []behaviour{
		asked("all sources are there", docAuthorizer, "GET /prod/cached?q=1", "200 cached, invoked", "X-Tenant: acme"),
		asked("a header is missing", docAuthorizer, "GET /prod/cached?q=1", unauthorized+", not invoked"),
		asked("a header is empty", docAuthorizer, "GET /prod/cached?q=1", unauthorized+", not invoked", "X-Tenant: "),
		asked("a parameter is missing", docAuthorizer, "GET /prod/cached", unauthorized+", not invoked", "X-Tenant: acme"),
		asked("a parameter is empty", docAuthorizer, "GET /prod/cached?q=", unauthorized+", not invoked", "X-Tenant: acme"),
		asked(
			"a parameter in other letters",
			docIssues,
			"GET /prod/cached?Q=1",
			unauthorized+", not invoked",
			"X-Tenant: acme",
		),
		asked("caching is off: the sources are optional", docAuthorizer, "GET /prod/loose", "200 loose, invoked"),
		asked(
			"caching is off: the function decides",
			docAuthorizer,
			"GET /prod/loose",
			unauthorized+", invoked",
			"Answer: error:Unauthorized",
		),
	}
}

func cacheBehaviour(t *testing.T) []behaviour {
	r := bare()
	r["Default"] = resource(
		"ApiGateway::Authorizer",
		object{"RestApiId": ref("Api"), "Name": "default", "Type": "TOKEN", "AuthorizerUri": invocation("AuthFn"),
			"IdentitySource": "method.request.header.Authorization"},
	)
	addAuthorizer(r, "Hour", object{"AuthorizerResultTtlInSeconds": 3600})
	addAuthorizer(r, "Off", nil)
	addAuthorizer(r, "Longer", object{"AuthorizerResultTtlInSeconds": 3601})
	addAuthorizer(
		r,
		"Request",
		object{
			"Type":                         "REQUEST",
			"IdentitySource":               "method.request.header.X-Tenant, method.request.querystring.q",
			"AuthorizerResultTtlInSeconds": 60,
		},
	)
	addAuthorizer(
		r,
		"Path",
		object{"Type": "REQUEST", "IdentitySource": "method.request.path.id", "AuthorizerResultTtlInSeconds": 60},
	)
	for _, id := range []string{"Default", "Hour", "Off", "Longer", "Request", "Path"} {
		name := strings.ToLower(id)
		addRoute(r, "GET /"+name+"/{id}", mock(name), guardedBy(id))
		addRoute(r, "POST /"+name+"/{id}", mock(name), guardedBy(id))
	}
	s := serve(t, r)
	type step struct {
		after   time.Duration
		target  string
		headers []string
	}
	// steps are requests with the same token. No other case uses this token.
	steps := func(name, source, want string, list ...step) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			var out []string
			for _, step := range list {
				s.clock.Advance(step.after)
				out = append(out, s.send(t, step.target, step.headers...).cached())
			}
			return strings.Join(out, ", ")
		}}
	}
	one := func(token string) []string { return []string{bearer(token)} }
	orders := one(
		"answer:" + `{"principalId":"bob","policyDocument":{"Version":"2012-10-17","Statement":[` + statement(
			"Allow",
			"prod/GET/default/1",
		) + `]}}`,
	)
	tenant := func(name string) []string { return []string{"X-Tenant: " + name} }
	return []behaviour{
		steps("the second answer is from the cache", docAuthorizer, "200 default MISS, 200 default HIT",
			step{0, "GET /prod/default/1", one("everything:1")}, step{0, "GET /prod/default/1", one("everything:1")}),
		steps("another token is asked for itself", docAuthorizer, "200 default MISS, 200 default MISS",
			step{0, "GET /prod/default/1", one("everything:2")}, step{0, "GET /prod/default/1", one("everything:3")}),
		steps(
			"the policy is what is kept: it is evaluated for each method ARN",
			"https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors",
			"200 default MISS, "+implicitDeny+" HIT, "+implicitDeny+" HIT, 200 default HIT",
			step{
				0,
				"GET /prod/default/1",
				orders,
			},
			step{0, "GET /prod/default/2", orders},
			step{0, "POST /prod/default/1", orders},
			step{0, "GET /prod/default/1", orders},
		),
		steps("a denial is kept, too", docAuthorizer, explicitDeny+" MISS, "+explicitDeny+" HIT",
			step{0, "GET /prod/default/1", one("deny:1")}, step{0, "GET /prod/default/1", one("deny:1")}),
		steps(
			"300 s where nothing is said",
			docAuthorizer,
			"200 default MISS, 200 default HIT, 200 default MISS",
			step{
				0,
				"GET /prod/default/1",
				one("everything:4"),
			},
			step{299 * time.Second, "GET /prod/default/1", one("everything:4")},
			step{time.Second, "GET /prod/default/1", one("everything:4")},
		),
		steps(
			"at most an hour",
			docAuthorizer,
			"200 hour MISS, 200 hour HIT, 200 hour MISS",
			step{
				0,
				"GET /prod/hour/1",
				one("everything:5"),
			},
			step{3599 * time.Second, "GET /prod/hour/1", one("everything:5")},
			step{time.Second, "GET /prod/hour/1", one("everything:5")},
		),
		steps(
			"more than an hour is not deployed",
			docAuthorizer,
			notServedHere,
			step{0, "GET /prod/longer/1", one("everything:6")},
		),
		steps(
			"0 is off",
			docAuthorizer,
			"200 off, 200 off",
			step{0, "GET /prod/off/1", one("everything:7")},
			step{0, "GET /prod/off/1", one("everything:7")},
		),
		steps("one authorizer's answers are not another's", docAuthorizer, "200 default MISS, 200 hour MISS",
			step{0, "GET /prod/default/1", one("everything:8")}, step{0, "GET /prod/hour/1", one("everything:8")}),
		steps(
			"errors are not kept",
			docAuthorizer,
			broken+" MISS, "+broken+" MISS, "+unauthorized+" MISS, "+unauthorized+" MISS",
			step{0, "GET /prod/default/1", one("error:boom")},
			step{0, "GET /prod/default/1", one("error:boom")},
			step{
				0,
				"GET /prod/default/1",
				one("error:Unauthorized"),
			},
			step{0, "GET /prod/default/1", one("error:Unauthorized")},
		),
		steps(
			"REQUEST: the key is all values, in their order",
			docAuthorizer,
			"200 request MISS, 200 request MISS, 200 request MISS, "+implicitDeny+" HIT, 200 request HIT",
			step{
				0,
				"GET /prod/request/1?q=a",
				tenant("b"),
			},
			step{0, "GET /prod/request/1?q=b", tenant("a")},
			step{0, "GET /prod/request/1?q=a", tenant("c")},
			step{0, "GET /prod/request/2?q=a", tenant("b")},
			step{0, "GET /prod/request/1?x=y&q=a", tenant("b")},
		),
		steps(
			"a path parameter is no identity source",
			docAuthorizer,
			notServedHere,
			step{0, "GET /prod/path/1", one("everything:9")},
		),
	}
}

func arnBehaviour(t *testing.T) []behaviour {
	serveKeys := func(t *testing.T, source string) *site {
		r := bare()
		r["Api"].(object)["Properties"].(object)["ApiKeySourceType"] = source
		addAuthorizer(r, "Auth", nil)
		addRoute(r, "ANY /orders/{proxy+}", proxy("Fn"), guardedBy("Auth"))
		addRoute(r, "GET /key", mock("key"), guardedBy("Auth"), object{"ApiKeyRequired": true})
		addRoute(r, "GET /open/{proxy+}", mock("open"))
		r["Key"] = resource("ApiGateway::ApiKey", object{"Value": "a-key-of-the-plan-123", "Enabled": true})
		r["Plan"] = resource(
			"ApiGateway::UsagePlan",
			object{"ApiStages": []any{object{"ApiId": ref("Api"), "Stage": ref("Stage")}}},
		)
		r["PlanKey"] = resource(
			"ApiGateway::UsagePlanKey",
			object{"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")},
		)
		return serve(t, r)
	}
	s, byAuthorizer := serveKeys(t, "HEADER"), serveKeys(t, "AUTHORIZER")
	arn := func(name, target, want string) behaviour {
		return behaviour{name: name, source: docAuthInput, want: want, got: func(t *testing.T) string {
			return strings.ReplaceAll(
				authorizerEvent(t, s.send(t, target, bearer("event")))["methodArn"].(string),
				s.apiID,
				"API",
			)
		}}
	}
	covers := func(name, on, want string) behaviour {
		return behaviour{name: name, source: docAuthOutput, want: want, got: func(t *testing.T) string {
			return s.send(t, "GET /prod/orders/7/lines", answering("{}", statement("Allow", on))).String()
		}}
	}
	// long makes a request whose ARN has a given number of bytes.
	long := func(name, target string, size int, want string) behaviour {
		return behaviour{name: name, source: docARN, want: want, got: func(t *testing.T) string {
			prefix := len("arn:aws:execute-api:eu-west-1:123456789012:" + s.apiID + strings.Replace(target, " ", "", 1) + "/")
			prefix += len("/prod/GET") - len("GET/prod")
			got := s.send(t, target+"/"+strings.Repeat("a", size-prefix), bearer("everything"))
			if got.status == 200 {
				return "200"
			}
			return got.String()
		}}
	}
	const key = `,"usageIdentifierKey":"a-key-of-the-plan-123"}`
	keyed := func(name string, s *site, want string, headers ...string) behaviour {
		return behaviour{
			name:   name,
			source: docKeys,
			want:   want,
			got:    func(t *testing.T) string { return s.send(t, "GET /prod/key", headers...).String() },
		}
	}
	named := bearer(
		"answer:" + `{"principalId":"alice","policyDocument":{"Version":"2012-10-17","Statement":[` + statement(
			"Allow",
			"*",
		) + `]}` + key,
	)
	const forbidden = `403 ForbiddenException {"message":"Forbidden"}`
	return []behaviour{
		arn(
			"the path that was asked for, not the route's",
			"GET /prod/orders/7",
			"arn:aws:execute-api:eu-west-1:123456789012:API/prod/GET/orders/7",
		),
		arn(
			"the request's verb, not ANY",
			"PATCH /prod/orders/7/lines",
			"arn:aws:execute-api:eu-west-1:123456789012:API/prod/PATCH/orders/7/lines",
		),
		arn(
			"undecoded",
			"GET /prod/orders/a%2Fb%20c",
			"arn:aws:execute-api:eu-west-1:123456789012:API/prod/GET/orders/a%2Fb%20c",
		),
		{
			name:   "slashes after the stage are one, as in the path of the event",
			source: recordedLambda,
			want:   "arn:aws:execute-api:eu-west-1:123456789012:API/prod/GET/orders/7",
			got: func(t *testing.T) string {
				return strings.ReplaceAll(
					authorizerEvent(t, s.send(t, "GET /prod//orders/7", bearer("event")))["methodArn"].(string),
					s.apiID,
					"API",
				)
			},
			differs: "recorded for the path alone; that the ARN has the same path is taken for granted, " +
				"so that a policy for a route is about all that reaches it",
		},
		covers("* matches across slashes", "prod/GET/o*", "200"),
		covers("* in the place of the verb matches, too", "prod/*/orders/7/lines", "200"),
		covers("? matches one character", "prod/GET/orders/?/lines", "200"),
		covers("? matches a slash", "prod/GET/orders/7?lines", "200"),
		covers("? is not none", "prod/GET/orders/7/lines?", implicitDeny),
		covers("no wildcard, no prefix", "prod/GET/orders/7", implicitDeny),
		covers("another stage", "dev/GET/orders/*", implicitDeny),
		long("an ARN of 1600 bytes", "GET /prod/orders", 1600, "200"),
		long(
			"an ARN of 1601 bytes",
			"GET /prod/orders",
			1601,
			`414 RequestTooLongException {"message":"Request URI too long"}`,
		),
		long("an ARN of 1601 bytes, with nothing to authorize", "GET /prod/open", 1601, "200"),
		keyed("the key of the header", s, "200 key", bearer("everything"), "X-API-Key: a-key-of-the-plan-123"),
		keyed("usageIdentifierKey does not count where the source is HEADER", s, forbidden, named),
		keyed("it counts where the source is AUTHORIZER", byAuthorizer, "200 key", named),
		keyed(
			"the header does not count there",
			byAuthorizer,
			forbidden,
			bearer("everything"),
			"X-API-Key: a-key-of-the-plan-123",
		),
		{
			name: "quotas of usage plans", source: docKeys,
			want: `429 LimitExceededException {"message":"Limit Exceeded"}`,
			got: func(t *testing.T) string {
				r := limitedShop(object{"Quota": object{"Limit": 0, "Period": "DAY"}}, nil)
				delete(r, "Busy")
				return serve(t, r, func(o *Options) { o.Limits = true }).send(t, "GET /prod/orders", ofKey("acme")).String()
			},
		},
		{
			name: "throttles of usage plans", source: docKeys,
			want: `429 TooManyRequestsException {"message":"Too Many Requests"}`,
			got: func(t *testing.T) string {
				s := serve(t, limitedShop(object{"Throttle": object{"RateLimit": 0, "BurstLimit": 1}}, nil),
					func(o *Options) { o.Limits = true })
				s.send(t, "GET /prod/orders", ofKey("acme"))
				return s.send(t, "GET /prod/orders", ofKey("acme")).String()
			},
		},
	}
}
