package apigateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// ruled returns an API with a resource policy of these statements. It has a public route, one with a TOKEN authorizer,
// one with a user pool, a signed one, and a signed one whose callers have a policy.
func ruled(t *testing.T, statements ...object) *site {
	t.Helper()
	r := bare()
	if len(statements) > 0 {
		var list []any
		for _, s := range statements {
			list = append(list, s)
		}
		r["Api"].(object)["Properties"].(object)["Policy"] = object{"Version": "2012-10-17", "Statement": list}
	}
	addAuthorizer(r, "Auth", nil)
	addPool(r)
	addRoute(r, "GET /open", mock("open"))
	addRoute(r, "GET /token", mock("token"), guardedBy("Auth"))
	addRoute(
		r,
		"GET /pool",
		mock("pool"),
		object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")},
	)
	addRoute(r, "GET /signed", mock("signed"), object{"AuthorizationType": "AWS_IAM"})
	for id, effect := range map[string]string{"Allowed": "Allow", "Denied": "Deny", "Silent": "Allow"} {
		on := "arn:aws:execute-api:*:*:*/prod/GET/signed"
		if id == "Silent" {
			on += "/other"
		}
		r[id] = resource(
			"IAM::Role",
			object{"AssumeRolePolicyDocument": object{}, "Policies": []any{object{"PolicyName": "p", "PolicyDocument": object{
				"Version":   "2012-10-17",
				"Statement": []any{object{"Effect": effect, "Action": "execute-api:Invoke", "Resource": on}},
			}}}},
		)
	}
	return serve(t, r)
}

// The answers of a resource policy that denies GET on a path.
func noAllow(path string) string {
	return `403 AccessDeniedException {"Message":"User: anonymous is not authorized to perform: execute-api:Invoke ` +
		`on resource: arn:aws:execute-api:eu-west-1:********9012:API/prod/GET` + path +
		` because no resource-based policy allows the execute-api:Invoke action"}`
}

func denies(path string) string {
	return strings.Replace(
		noAllow(path),
		"because no resource-based policy allows the execute-api:Invoke action",
		"with an explicit deny",
		1,
	)
}

func policyBehaviour(t *testing.T) []behaviour {
	none, all := ruled(t), ruled(t, rule("Allow", "execute-api:/*"))
	some := ruled(t, rule("Allow", "execute-api:/prod/GET/token"), rule("Deny", "execute-api:/prod/GET/token"))
	open := func(name, source string, s *site, want string) behaviour {
		return behaviour{
			name:   name,
			source: source,
			want:   want,
			got:    func(t *testing.T) string { return s.send(t, "GET /prod/open").String() },
		}
	}
	masked := func(name string, s *site, path, want string) behaviour {
		return behaviour{
			name:   name,
			source: seen403,
			want:   want,
			got:    func(t *testing.T) string { return s.send(t, "GET /prod"+path, bearer("everything")).String() },
		}
	}
	long := rule("Allow", "execute-api:/*")
	long["Resource"] = []any{"execute-api:/*", "execute-api:/" + strings.Repeat("a", 8200)}
	return []behaviour{
		open("no policy", docFlow, none, "200 open"),
		open("an allow", docFlow, all, "200 open"),
		open("nothing about it", docFlow, some, noAllow("/open")),
		open(
			"an allow and a deny",
			docFlow,
			ruled(t, rule("Allow", "execute-api:/*"), rule("Deny", "execute-api:/prod/GET/*")),
			denies("/open"),
		),
		open(
			"an allow for another principal",
			docPolicies,
			ruled(t, rule("Allow", "execute-api:/*", object{"Principal": object{"AWS": "arn:aws:iam::123456789012:root"}})),
			noAllow("/open"),
		),

		masked("no allow: the account is masked", some, "/open", noAllow("/open")),
		masked("a deny", some, "/token", denies("/token")),

		open("the short form of the API's ARN", docPolicies, all, "200 open"),
		open(
			"the ARN in full",
			docPolicies,
			ruled(t, rule("Allow", "arn:aws:execute-api:eu-west-1:123456789012:*/prod/GET/open")),
			"200 open",
		),
		open("another stage", docPolicies, ruled(t, rule("Allow", "execute-api:/dev/*")), noAllow("/open")),
		{
			name:   "more than 8192 characters",
			source: docLimits,
			want:   "200 open; its policy has 8349 characters, and API Gateway takes 8192 unless that quota was raised",
			got: func(t *testing.T) string {
				s := ruled(t, long)
				_, words, _ := strings.Cut(strings.Join(s.Problems(), "\n"), "Shop/Api: ")
				return s.send(t, "GET /prod/open").String() + "; " + words
			},
			differs: "the quota can be raised, so the policy is served, with a warning at start",
		},
	}
}

func policyWithAuthorizerBehaviour(t *testing.T) []behaviour {
	silent := ruled(t, rule("Allow", "execute-api:/prod/GET/elsewhere"))
	allow := ruled(t, rule("Allow", "execute-api:/*"))
	deny := ruled(t, rule("Allow", "execute-api:/*"), rule("Deny", "execute-api:/prod/GET/*"))
	token := func(name string, s *site, token, want string) behaviour {
		return behaviour{name: name, source: docFlow, want: want, got: func(t *testing.T) string {
			var headers []string
			if token != "" {
				headers = append(headers, bearer(token))
			}
			return s.send(t, "GET /prod/token", headers...).asked()
		}}
	}
	pool := func(name string, s *site, valid bool, want string) behaviour {
		return behaviour{name: name, source: docFlow, want: want, got: func(t *testing.T) string {
			var headers []string
			if valid {
				headers = append(headers, bearer(s.Token(devissuer.TokenRequest{Use: devissuer.ID})))
			}
			return s.send(t, "GET /prod/pool", headers...).String()
		}}
	}
	// signed signs a request as one of the roles or, with -1, as the developer, who may call everything.
	signed := func(name string, s *site, role, want string) behaviour {
		return behaviour{name: name, source: docFlow, want: want, got: func(t *testing.T) string {
			for _, key := range s.AccessKeys() {
				if key.Principal != nil && key.Principal.LogicalID == role {
					got := s.do(t, s.signed(t, "GET /prod/signed", key, began))
					_, name, _ := strings.Cut(key.Principal.ARN, "role/")
					return strings.ReplaceAll(got.String(), name, role)
				}
			}
			return "no such role"
		}}
	}
	who := func(role, why string) string {
		return fmt.Sprintf(
			`403 AccessDeniedException {"Message":"User: arn:aws:sts::123456789012:assumed-role/%s/local `+
				`is not authorized to perform: execute-api:Invoke on resource: `+
				`arn:aws:execute-api:eu-west-1:********9012:API/prod/GET/signed %s"}`,
			role,
			why,
		)
	}
	return []behaviour{
		token("the resource policy denies: the function is not asked", deny, "everything", denies("/token")+", not invoked"),
		token("nor is the token looked at", deny, "", denies("/token")+", not invoked"),
		token("it allows, and the authorizer allows", allow, "allow", "200 token, invoked"),
		token("it allows, and the authorizer is silent", allow, "other", "200 token, invoked"),
		token("it allows, and the authorizer denies", allow, "deny", explicitDeny+", invoked"),
		token("it allows, and there is no token", allow, "", unauthorized+", not invoked"),
		token("it is silent: the authorizer is asked all the same, and allows", silent, "allow", "200 token, invoked"),
		token("both are silent", silent, "other", implicitDeny+", invoked"),

		pool("the token comes first", deny, false, unauthorized),
		pool("a valid token, and an allow", allow, true, "200 pool"),
		pool("a valid token, and nothing about it", silent, true, noAllow("/pool")),
		pool("a valid token, and a deny", deny, true, denies("/pool")),
		pool("a valid token, and no policy", ruled(t), true, "200 pool"),

		signed(
			"both are silent",
			silent,
			"Silent",
			who("Silent", "because no identity-based policy allows the execute-api:Invoke action"),
		),
		signed("the caller's policy allows", silent, "Allowed", "200 signed"),
		signed("the resource policy allows", allow, "Silent", "200 signed"),
		signed(
			"the caller's policy denies",
			allow,
			"Denied",
			who("Denied", "with an explicit deny in an identity-based policy"),
		),
		signed("the resource policy denies", deny, "Allowed", who("Allowed", "with an explicit deny")),
		signed("without a resource policy the caller's decides", ruled(t), "Allowed", "200 signed"),
		{name: "a caller of another account", source: docFlow,
			differs: "cannot come up: every development key is of the API's own account"},
	}
}

func conditionBehaviour(t *testing.T) []behaviour {
	under := func(name, operator, key, value, want string, headers ...string) behaviour {
		return behaviour{name: name, source: docConditions, want: want, got: func(t *testing.T) string {
			s := ruled(t, rule("Allow", "execute-api:/*", object{"Condition": object{operator: object{key: value}}}))
			return s.send(t, "GET /prod/open", headers...).String()
		}}
	}
	no := noAllow("/open")
	return []behaviour{
		under("aws:SourceIp, in it", "IpAddress", "aws:SourceIp", "127.0.0.0/8", "200 open"),
		under("aws:SourceIp, out of it", "IpAddress", "aws:SourceIp", "203.0.113.0/24", no),
		under(
			"aws:SourceIp is not what X-Forwarded-For says",
			"IpAddress",
			"aws:SourceIp",
			"203.0.113.0/24",
			no,
			"X-Forwarded-For: 203.0.113.9",
		),
		under("aws:UserAgent", "StringLike", "aws:UserAgent", "tests/*", "200 open", "User-Agent: tests/1"),
		under(
			"aws:Referer",
			"StringEquals",
			"aws:Referer",
			"https://shop.example.com/",
			"200 open",
			"Referer: https://shop.example.com/",
		),
		under("aws:Referer, missing", "StringEquals", "aws:Referer", "https://shop.example.com/", no),
		under(
			"aws:CurrentTime, before",
			"DateLessThan",
			"aws:CurrentTime",
			began.Add(time.Second).Format(time.RFC3339),
			"200 open",
		),
		under("aws:CurrentTime, after", "DateLessThan", "aws:CurrentTime", began.Format(time.RFC3339), no),
		under("aws:SourceVpc is absent, as at a public endpoint", "StringEquals", "aws:SourceVpc", "vpc-1", no),
		under("aws:SourceVpce is absent", "StringNotEquals", "aws:SourceVpce", "vpce-1", "200 open"),
		under("aws:VpcSourceIp is absent", "IpAddress", "aws:VpcSourceIp", "10.0.0.0/8", no),
		{name: "aws:PrincipalAccount", source: docConditions, want: "200 signed", got: func(t *testing.T) string {
			s := ruled(
				t,
				rule(
					"Allow",
					"execute-api:/*",
					object{"Condition": object{"StringEquals": object{"aws:PrincipalAccount": "123456789012"}}},
				),
			)
			for _, key := range s.AccessKeys() {
				if key.Principal != nil && key.Principal.LogicalID == "Silent" {
					return s.do(t, s.signed(t, "GET /prod/signed", key, began)).String()
				}
			}
			return "no such role"
		}},
		{name: "aws:PrincipalOrgID", source: docConditions,
			differs: "not done: which organization an account is in is not in an assembly, " +
				"so the key is absent and a statement that wants it does not match"},
	}
}

func cognitoBehaviour(t *testing.T) []behaviour {
	r := bare()
	addPool(r)
	pooled := object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")}
	addRoute(r, "GET /account", mock("account"), pooled)
	addRoute(r, "GET /scoped", mock("scoped"), pooled, object{"AuthorizationScopes": []any{"shop/read", "shop/write"}})
	s := serve(t, r)
	ask := func(name, source, path string, request devissuer.TokenRequest, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			return s.send(t, "GET /prod/"+path, bearer(s.Token(request))).String()
		}}
	}
	addClient(r)
	addRoute(
		r,
		"GET /client",
		mock("client"),
		object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("ClientAuth")},
	)
	two := serve(t, r)
	of := func(name, source, path, client, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			for _, c := range two.Model().UserPools[0].Clients {
				if c.LogicalID == client {
					return two.send(t, "GET /prod/"+path, bearer(two.Token(devissuer.TokenRequest{
						Use:      devissuer.ID,
						Audience: c.ClientID,
					}))).
						String()
				}
			}
			return "there is no such client"
		}}
	}
	const expired = `401 UnauthorizedException {"message":"The incoming token has expired"}`
	return []behaviour{
		{
			name:   "no token",
			source: docCognito,
			want:   unauthorized,
			got:    func(t *testing.T) string { return s.send(t, "GET /prod/account").String() },
		},
		{
			name:   "no token at all",
			source: docCognito,
			want:   unauthorized,
			got:    func(t *testing.T) string { return s.send(t, "GET /prod/account", bearer("x.y.z")).String() },
		},
		{name: "a token without Bearer", source: docCognito, want: "200 account", got: func(t *testing.T) string {
			return s.send(t, "GET /prod/account", "Authorization: "+s.Token(devissuer.TokenRequest{Use: devissuer.ID})).String()
		}},
		ask("without scopes, an ID token", docCognito, "account", devissuer.TokenRequest{Use: devissuer.ID}, "200 account"),
		ask(
			"without scopes, an access token",
			docCognito,
			"account",
			devissuer.TokenRequest{Use: devissuer.Access},
			unauthorized,
		),
		ask(
			"another client's ID token",
			docCognito,
			"account",
			devissuer.TokenRequest{Use: devissuer.ID, Audience: "stranger"},
			unauthorized,
		),
		ask("expired", seenModes, "account", devissuer.TokenRequest{Use: devissuer.ID, Expires: -time.Minute}, expired),
		ask(
			"with scopes, an access token with one of them",
			docCognito,
			"scoped",
			devissuer.TokenRequest{Use: devissuer.Access, Scopes: []string{"shop/write"}},
			"200 scoped",
		),
		ask(
			"with scopes, an access token with none of them",
			docCognito,
			"scoped",
			devissuer.TokenRequest{Use: devissuer.Access, Scopes: []string{"shop/delete"}},
			unauthorized,
		),
		ask(
			"with scopes, an access token without any",
			docCognito,
			"scoped",
			devissuer.TokenRequest{Use: devissuer.Access},
			unauthorized,
		),
		of("an expression for aud, the client that it names", docAuthorizer, "client", "Second", "200 client"),
		of("an expression for aud, another client", docAuthorizer, "client", "Client", unauthorized),
		of("no expression, that client", docCognito, "account", "Client", "200 account"),
		ask("with scopes, an ID token", docCognito, "scoped", devissuer.TokenRequest{Use: devissuer.ID}, unauthorized),
	}
}

func iamBehaviour(t *testing.T) []behaviour {
	r := bare()
	addRoute(r, "GET /signed", proxy("Fn"), object{"AuthorizationType": "AWS_IAM"})
	s := serve(t, r)
	developer := s.AccessKeys()[0]
	signed := func(name, source, want string, change func() reply) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := change()
			text, _, _ := strings.Cut(got.String(), "calculated does not match")
			text, _, _ = strings.Cut(text, ": 2026")
			return text
		}}
	}
	unknown, wrong := developer, developer
	unknown.ID, wrong.Secret = "AKIAIOSFODNN7EXAMPLE", "wrong"
	const invalid = `403 InvalidSignatureException {"message":"`
	return []behaviour{
		signed("unsigned", docIAM, noSuchRoute, func() reply { return s.send(t, "GET /prod/signed") }),
		signed("a bearer token", docSigV4, `403 IncompleteSignatureException`, func() reply {
			got := s.send(t, "GET /prod/signed", bearer("everything"))
			got.body = ""
			return got
		}),
		signed("signed", docSigV4, "200", func() reply { return s.do(t, s.signed(t, "GET /prod/signed", developer, began)) }),
		signed(
			"an unknown key",
			docSigV4,
			`403 UnrecognizedClientException {"message":"The security token included in the request is invalid."}`,
			func() reply { return s.do(t, s.signed(t, "GET /prod/signed", unknown, began)) },
		),
		signed(
			"another secret",
			docSigV4,
			invalid+"The request signature we ",
			func() reply { return s.do(t, s.signed(t, "GET /prod/signed", wrong, began)) },
		),
		signed("another path than the one that was signed", docSigV4, invalid+"The request signature we ", func() reply {
			r := s.signed(t, "GET /prod/signed", developer, began)
			r.URL.RawQuery = "a=b"
			return s.do(t, r)
		}),
		signed(
			"expired",
			docSigV4,
			invalid+"Signature expired",
			func() reply { return s.do(t, s.signed(t, "GET /prod/signed", developer, began.Add(-6*time.Minute))) },
		),
		{
			name:   "the signature is not passed on",
			source: docIssues,
			want:   "no Authorization",
			got: func(t *testing.T) string {
				e := eventOf(t, s.do(t, s.signed(t, "GET /prod/signed", developer, began)))
				if _, ok := e["headers"].(object)["Authorization"]; ok {
					return jsonOf(t, e["headers"])
				}
				return "no Authorization"
			},
		},
	}
}
