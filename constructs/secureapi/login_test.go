package secureapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

func oktaLogin(stack awscdk.Stack) *secureapi.Login {
	return &secureapi.Login{
		Issuer:     secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
		ClientID:   "0oa1b2c3",
		ClientAuth: secureapi.ClientSecret(newSecret(stack, "ClientSecret")),
		Origin:     "https://shop.example.com",
	}
}

// loginShop returns a small API with a login.
func loginShop(stack awscdk.Stack, l *secureapi.Login, change func(*secureapi.Props)) *secureapi.API {
	return shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.SessionAuthorizer{Login: l}
		if change != nil {
			change(p)
		}
	})
}

// environmentOf returns the JSON of a variable of the only function that has it, with references as text.
func environmentOf(t *testing.T, stack awscdk.Stack, variable string) (out []map[string]any) {
	t.Helper()
	for _, f := range resources(stack, "AWS::Lambda::Function") {
		environment, _ := f["Environment"].(map[string]any)
		variables, _ := environment["Variables"].(map[string]any)
		value, there := variables[variable]
		if !there {
			continue
		}
		var settings map[string]any
		if err := json.Unmarshal([]byte(joined(t, value)), &settings); err != nil {
			t.Fatalf("variable %s: %v", variable, err)
		}
		out = append(out, settings)
	}
	return out
}

// joined returns a string of a template, with each reference replaced by the name of its target.
func joined(t *testing.T, value any) string {
	t.Helper()
	switch v := value.(type) {
	case string:
		return v
	case map[string]any:
		if join, is := v["Fn::Join"].([]any); is {
			var parts []string
			for _, part := range join[1].([]any) {
				parts = append(parts, joined(t, part))
			}
			return strings.Join(parts, join[0].(string))
		}
		if ref, is := v["Ref"].(string); is {
			return "<" + ref + ">"
		}
		if get, is := v["Fn::GetAtt"].([]any); is {
			return "<" + get[0].(string) + "." + get[1].(string) + ">"
		}
	}
	t.Fatalf("got %v, want a string or a function of CloudFormation", value)
	return ""
}

// one returns the only element. It fails the test if there is not exactly one.
func one[T any](t *testing.T, all []T) (first T) {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("got %d elements, want one: %v", len(all), all)
	}
	return all[0]
}

// withPrefix returns the resources of a type whose logical ID has this prefix.
func withPrefix(stack awscdk.Stack, kind, prefix string) (out []map[string]any) {
	for id, props := range resources(stack, kind) {
		if strings.HasPrefix(id, prefix) {
			out = append(out, props)
		}
	}
	return out
}

// mayDo returns the actions that a function's policy allows, with their resources.
func mayDo(t *testing.T, stack awscdk.Stack, prefix string) (out []string) {
	t.Helper()
	for _, policy := range withPrefix(stack, "AWS::IAM::Policy", prefix) {
		for _, s := range policy["PolicyDocument"].(map[string]any)["Statement"].([]any) {
			statement := s.(map[string]any)
			actions, several := statement["Action"].([]any)
			if !several {
				actions = []any{statement["Action"]}
			}
			for _, action := range actions {
				out = append(out, action.(string)+" "+joined(t, statement["Resource"]))
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestLoginInTemplate(t *testing.T) {
	stack := newStack()
	l := oktaLogin(stack)
	api := loginShop(stack, l, func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{
			"writes": secureapi.SessionAuthorizer{Login: l, CacheTTL: secureapi.NoCache, ContextClaims: []string{"email"}},
		}
		orders := p.Routes[0].Function
		p.Routes = append(p.Routes, secureapi.Handle("POST /orders", orders, secureapi.GuardedBy("writes"),
			secureapi.AnyScope("orders:write"), secureapi.ForwardAccessToken()))
		p.CORS = &secureapi.CORS{
			AllowOrigins:     []string{"https://shop.example.com", "https://admin.example.com"},
			AllowCredentials: true,
		}
	})
	const keys, secret = "<ApiSessionKeysEA599BB4>", "<ClientSecret6773D8CE>"
	issuer := map[string]any{
		"url":         "https://shop.okta.com/oauth2/default",
		"audiences":   []any{"api://orders"},
		"jwksUrl":     "https://shop.okta.com/oauth2/default/v1/keys",
		"scopesClaim": "scp", "groupsClaim": "groups",
	}
	siblings := []any{"https://admin.example.com"}
	if diff := cmp.Diff(map[string]any{
		"issuer":       issuer,
		"clientId":     "0oa1b2c3",
		"clientAuth":   "client_secret_basic",
		"secretArn":    secret,
		"scopes":       []any{"openid", "orders:read", "orders:write", "offline_access"},
		"origin":       "https://shop.example.com",
		"keysArn":      keys,
		"allowOrigins": siblings,
	}, one(t, environmentOf(t, stack, "GATEHOUSE_LOGIN"))); diff != "" {
		t.Errorf("configuration of the login (-want +got):\n%s", diff)
	}
	session := map[string]any{"host": "shop.example.com", "keysArn": keys}
	perRequest := map[string]any{"host": "shop.example.com", "keysArn": keys, "allowOrigins": siblings}
	for _, c := range environmentOf(t, stack, "GATEHOUSE_AUTHORIZER") {
		want := map[string]any{"issuers": []any{issuer}, "session": session}
		if c["perRequest"] == true {
			want = map[string]any{
				"issuers": []any{issuer}, "session": perRequest, "perRequest": true, "contextClaims": []any{"email"},
			}
		}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Errorf("configuration of an authorizer (-want +got):\n%s", diff)
		}
	}
	for _, a := range resources(stack, "AWS::ApiGateway::Authorizer") {
		source, ttl := a["IdentitySource"], a["AuthorizerResultTtlInSeconds"]
		cached := source == "method.request.header.Cookie,method.request.header.Sec-Fetch-Site" && ttl == 60.0
		if a["Type"] != "REQUEST" || !cached && (source != nil || ttl != 0.0) {
			t.Errorf("authorizer: got a TTL of %v s and the identity source %v", ttl, source)
		}
	}
	read := func(arns ...string) (out []string) {
		for _, arn := range arns {
			out = append(out, "secretsmanager:DescribeSecret "+arn, "secretsmanager:GetSecretValue "+arn)
		}
		slices.Sort(out)
		return out
	}
	for prefix, want := range map[string][]string{
		"ApiLoginFunction":            read(keys, secret),
		"ApiAuthorizerFunctionS":      read(keys),
		"ApiAuthorizerFunctionwrites": read(keys),
	} {
		if diff := cmp.Diff(want, mayDo(t, stack, prefix)); diff != "" {
			t.Errorf("permissions of %s (-want +got):\n%s", prefix, diff)
		}
	}
	if diff := cmp.Diff(map[string]any{"PasswordLength": 64.0, "ExcludePunctuation": true},
		one(t, withPrefix(stack, "AWS::SecretsManager::Secret", "ApiSessionKeys"))["GenerateSecretString"]); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	environment := one(t, withPrefix(stack, "AWS::Lambda::Function", "ApiLoginFunction"))["Environment"].(map[string]any)
	if variables := environment["Variables"].(map[string]any); variables["GATEHOUSE_CORS"] != nil {
		t.Error("the login's function has GATEHOUSE_CORS, which is for the API's other functions")
	}
	if *api.LoginFunction().Node().Id() != "LoginFunction" || api.LoginFunctionAt("/auth") != api.LoginFunction() {
		t.Error("got another function than the login's")
	}
	refused(t, func() { api.LoginFunctionAt("/staff") },
		`secureapi: Shop/Api: LoginFunctionAt: there is no Login at "/staff": there are ["/auth"]`)
}

// The routes of a login are public. The login's function serves them.
func TestLoginRoutesInTemplate(t *testing.T) {
	stack := newStack()
	loginShop(stack, oktaLogin(stack), nil)
	paths := map[string]string{}
	for id, r := range resources(stack, "AWS::ApiGateway::Resource") {
		paths[id] = r["PathPart"].(string)
	}
	var got []string
	template := assertions.Template_FromStack(stack, nil)
	for _, m := range *template.FindResources(jsii.String("AWS::ApiGateway::Method"), nil) {
		props, metadata := (*m)["Properties"].(map[string]any), (*m)["Metadata"].(map[string]any)
		integration, _ := json.Marshal(props["Integration"])
		if !strings.Contains(string(integration), "ApiLoginFunction") {
			continue
		}
		got = append(got, fmt.Sprintln(props["HttpMethod"], paths[strings.Trim(joined(t, props["ResourceId"]), "<>")],
			props["AuthorizationType"], props["AuthorizerId"], metadata["gatehouse:public"]))
	}
	slices.Sort(got)
	var want []string
	for _, route := range []string{
		"GET callback", "GET login", "GET session", "GET session.js", "POST logout", "POST refresh",
	} {
		want = append(want, route+" NONE <nil> the login itself\n")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A login gets the settings of its issuer's preset.
func TestLoginOfPresets(t *testing.T) {
	for name, c := range map[string]struct {
		issuer             secureapi.Issuer
		client             string
		scopes, parameters any
		claims             any
	}{
		"Entra ID": {
			secureapi.EntraID("7f1e0d2c-3b4a-5968-8776-655443322110", "0c9b8a79-6857-4635-a241-302f1e0d2c3b"),
			"1d2c3b4a",
			[]any{"openid", "api://0c9b8a79-6857-4635-a241-302f1e0d2c3b/orders:read", "offline_access"}, nil, nil,
		},
		"Auth0": {
			secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com"),
			"a1",
			[]any{"openid", "orders:read", "offline_access"},
			map[string]any{"audience": "https://api.shop.example.com"},
			nil,
		},
		"any": {
			secureapi.Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}},
			"a1",
			[]any{"openid", "orders:read", "offline_access"}, nil, nil,
		},
		"Google": {
			secureapi.Google("orders.apps.googleusercontent.com"),
			"", // the only scope
			[]any{"openid"},
			map[string]any{"access_type": "offline", "prompt": "consent"},
			[]any{"groups", "hd", "roles", "sub"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := newStack()
			l := oktaLogin(stack)
			l.Issuer, l.ClientID = c.issuer, c.client
			loginShop(stack, l, func(p *secureapi.Props) {
				if c.claims != nil {
					p.Routes[0].Access = []secureapi.Access{secureapi.Claim("hd").Is("example.com")}
				}
			})
			got := one(t, environmentOf(t, stack, "GATEHOUSE_LOGIN"))
			if diff := cmp.Diff([]any{c.scopes, c.parameters, c.claims}, []any{got["scopes"], got["parameters"],
				got["claims"]}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func userPool(stack awscdk.Stack, callbacks ...string) (awscognito.UserPool, awscognito.UserPoolClient) {
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	scope := awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
		ScopeName: jsii.String("read"), ScopeDescription: jsii.String("read orders"),
	})
	server := pool.AddResourceServer(jsii.String("Server"), &awscognito.UserPoolResourceServerOptions{
		Identifier: jsii.String("orders"), Scopes: &[]awscognito.ResourceServerScope{scope},
	})
	return pool, pool.AddClient(jsii.String("Web"), &awscognito.UserPoolClientOptions{
		GenerateSecret: jsii.Bool(true),
		OAuth: &awscognito.OAuthSettings{
			Flows:        &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			CallbackUrls: jsii.Strings(callbacks...),
			Scopes: &[]awscognito.OAuthScope{
				awscognito.OAuthScope_OPENID(),
				awscognito.OAuthScope_ResourceServer(server, scope),
			},
		},
	})
}

// The function reads the client's secret from the user pool, so the template contains no secret.
func TestLoginOfUserPool(t *testing.T) {
	stack := newStack()
	pool, client := userPool(stack, "https://shop.example.com/auth/callback")
	l := &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client), Origin: "https://shop.example.com"}
	loginShop(stack, l, func(p *secureapi.Props) {
		p.Routes[0].Access = []secureapi.Access{secureapi.AnyScope("orders/read")}
	})
	got := one(t, environmentOf(t, stack, "GATEHOUSE_LOGIN"))
	delete(got, "issuer")
	if diff := cmp.Diff(map[string]any{
		"clientId":   "<PoolWeb224A1DFF>",
		"userPoolId": "<PoolD3F588B8>",
		"scopes":     []any{"openid", "orders/read"},
		"origin":     "https://shop.example.com",
		"keysArn":    "<ApiSessionKeysEA599BB4>",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"cognito-idp:DescribeUserPoolClient <PoolD3F588B8.Arn>",
		"secretsmanager:DescribeSecret <ApiSessionKeysEA599BB4>",
		"secretsmanager:GetSecretValue <ApiSessionKeysEA599BB4>",
	}, mayDo(t, stack, "ApiLoginFunction")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoginOfUserPoolErrors(t *testing.T) {
	for want, l := range map[string]func(awscdk.Stack) *secureapi.Login{
		`the Login at "/auth": the app client Shop/Pool/Web ` +
			`has the callback URLs ["https://other.example.com/auth/callback"]: ` +
			`add "https://shop.example.com/auth/callback" to OAuth.CallbackUrls`: func(stack awscdk.Stack) *secureapi.Login {
			pool, client := userPool(stack, "https://other.example.com/auth/callback")
			return &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client)}
		},
		`the app client Shop/Pool/Web has no secret`: func(stack awscdk.Stack) *secureapi.Login {
			pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
			return &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, pool.AddClient(jsii.String("Web"), nil))}
		},
		`the app client Shop/Pool/Web may not ask for the scope "orders:read"`: func(stack awscdk.Stack) *secureapi.Login {
			pool, client := userPool(stack, "https://shop.example.com/auth/callback")
			return &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client)}
		},
		`the Login at "/auth": ClientID is empty`: func(stack awscdk.Stack) *secureapi.Login {
			pool, client := userPool(stack, "https://shop.example.com/auth/callback")
			return &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client, pool.AddClient(jsii.String("App"), nil))}
		},
	} {
		stack := newStack()
		login := l(stack)
		login.Origin = "https://shop.example.com"
		refused(t, func() { loginShop(stack, login, nil) }, want)
	}
}

// New accepts an imported client, whose settings are unknown.
func TestLoginOfImportedClient(t *testing.T) {
	stack := newStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_AbCdEfGhI"))
	client := awscognito.UserPoolClient_FromUserPoolClientId(stack, jsii.String("Web"), jsii.String("1a2b3c"))
	loginShop(stack, &secureapi.Login{
		Issuer: secureapi.CognitoIssuer(pool, client), Origin: "https://shop.example.com",
	}, nil)
	got := one(t, environmentOf(t, stack, "GATEHOUSE_LOGIN"))
	if got["userPoolId"] != "eu-west-1_AbCdEfGhI" || got["clientId"] != "1a2b3c" {
		t.Errorf("configuration of the login: got %v", got)
	}
}

// The answer to a request without a session is a page or JSON. A page of another origin can read the JSON.
func TestAnswerWithoutSession(t *testing.T) {
	unauthorized := func(stack awscdk.Stack) map[string]any {
		for _, r := range resources(stack, "AWS::ApiGateway::GatewayResponse") {
			if r["ResponseType"] == "UNAUTHORIZED" {
				return r
			}
		}
		return nil
	}
	stack := newStack()
	api := loginShop(stack, oktaLogin(stack), func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://admin.example.com"}, AllowCredentials: true}
	})
	response := unauthorized(stack)
	templates := response["ResponseTemplates"].(map[string]any)
	if templates["application/json"] != `{"message":$context.error.messageString}` ||
		!strings.Contains(templates["text/html"].(string), `<a href="/auth/login?return=/">`) {
		t.Errorf("response templates: got %v", templates)
	}
	if diff := cmp.Diff(map[string]any{
		"gatewayresponse.header.Cache-Control":                    "'no-store'",
		"gatewayresponse.header.Access-Control-Allow-Origin":      "'https://admin.example.com'",
		"gatewayresponse.header.Access-Control-Allow-Credentials": "'true'",
		"gatewayresponse.header.Vary":                             "'Origin'",
	}, response["ResponseParameters"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	own := &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_UNAUTHORIZED()}
	refused(t, func() { api.AddGatewayResponse("Own", own) },
		"secureapi: Shop/Api: AddGatewayResponse \"Own\": the Login declares UNAUTHORIZED, with its page for navigations "+
			"without a session, and an API has one response of a type: set Login.NoUnauthorizedPage to add your own")

	off := newStack()
	l := oktaLogin(off)
	l.NoUnauthorizedPage = true
	loginShop(off, l, nil).AddGatewayResponse("Own", own)
	if response := unauthorized(off); response["ResponseTemplates"] != nil {
		t.Errorf("response: got %v", response)
	}
}

// No log contains a forwarded access token.
func TestAccessLogHasNoAccessTokens(t *testing.T) {
	forwarding := func(stack awscdk.Stack, format string) {
		l := oktaLogin(stack)
		shop(stack, func(p *secureapi.Props) {
			p.Authorizer = secureapi.SessionAuthorizer{Login: l, CacheTTL: secureapi.NoCache}
			p.Routes[0].Access = append(p.Routes[0].Access, secureapi.ForwardAccessToken())
			if format != "" {
				p.RestApiProps = &awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{
					AccessLogFormat: awsapigateway.AccessLogFormat_Custom(&format),
				}}
			}
		})
	}
	stack := newStack()
	forwarding(stack, "")
	stage, _ := json.Marshal(only(t, stack, "AWS::ApiGateway::Stage"))
	if strings.Contains(string(stage), "accessToken") {
		t.Errorf("stage: got %s, want no log of the access token", stage)
	}
	refused(t, func() { forwarding(newStack(), "$context.requestId $context.authorizer.accessToken") },
		`RestApiProps.DeployOptions.AccessLogFormat has $context.authorizer.accessToken, the access token that `+
			`ForwardAccessToken hands to the function of "GET /orders": leave it out`)
}

func TestTwoLoginsInTemplate(t *testing.T) {
	stack := newStack()
	staff := oktaLogin(stack)
	staff.Path, staff.ClientAuth = "/staff/auth", secureapi.ClientSecret(newSecret(stack, "StaffSecret"))
	staff.Sessions = secureapi.CookieSessions{
		Cookie: "__Host-staff", IdleTimeout: 10 * time.Minute, MaxAge: time.Hour, Keys: newSecret(stack, "Keys"),
	}
	main := *staff
	main.Path, main.Sessions = "", nil
	api := loginShop(stack, &main, func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{"staff": secureapi.SessionAuthorizer{Login: staff}}
		p.Routes = append(p.Routes, secureapi.Handle("GET /staff", p.Routes[0].Function, secureapi.GuardedBy("staff")))
	})
	refused(t, func() { api.LoginFunction() },
		"secureapi: Shop/Api: LoginFunction: the API has 2 Logins: use LoginFunctionAt with the Path of one of them")
	if id := *api.LoginFunctionAt("/staff/auth").Node().Id(); id != "LoginFunction-staff+auth" {
		t.Errorf("second login: got the function %s, want LoginFunction-staff+auth", id)
	}
	for _, c := range environmentOf(t, stack, "GATEHOUSE_LOGIN") {
		if c["path"] == "/staff/auth" && (c["cookie"] != "__Host-staff" || c["idleTimeoutSeconds"] != 600.0 ||
			c["maxAgeSeconds"] != 3600.0 || c["keysArn"] != "<Keys4E30B592>") {
			t.Errorf("configuration of the second login: got %v, want its own cookie, times and keys", c)
		}
	}
	tokens := newStack()
	refused(t, func() { shop(tokens, nil).LoginFunction() },
		"secureapi: Shop/Api: LoginFunction: the API has no Login: it has one with a SessionAuthorizer")
}

// The rules have no findings for a valid login.
func TestLoginHasNoFindings(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	pool, client := userPool(stack, "https://shop.example.com/auth/callback")
	l := &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client), Origin: "https://shop.example.com"}
	loginShop(stack, l, func(p *secureapi.Props) {
		p.Routes[0].Access = []secureapi.Access{secureapi.AnyScope("orders/read")}
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://admin.example.com"}, AllowCredentials: true}
	})
	assembly, err := cloudassembly.Read(*app.Synth(nil).Directory())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rules.Check(assembly, rules.Options{}) {
		t.Errorf("got the findings %+v, want none", f)
	}
}

// Two APIs behind one domain can use the same cookie only with the same keys, client and issuer.
func TestLoginsOfTwoAPIs(t *testing.T) {
	second := func(stack awscdk.Stack, id string, l *secureapi.Login) {
		secureapi.New(stack, id, &secureapi.Props{
			Authorizer: secureapi.SessionAuthorizer{Login: l},
			Routes:     []secureapi.Route{secureapi.Handle("GET /invoices", backend(stack, id+"Fn"))},
		})
	}
	t.Run("keys each", func(t *testing.T) {
		stack := newStack()
		first := oktaLogin(stack)
		loginShop(stack, first, nil)
		refused(t, func() { second(stack, "Invoices", first) }, `secureapi: Shop/Invoices: the Login at "/auth": `+
			`the Login at "/auth" of Shop/Api has the same Origin "https://shop.example.com" `+
			`and keeps its session in the same cookie "__Host-session", with other Keys or for another client or issuer, `+
			`so that each would end the other's sessions: `+
			`set CookieSessions.Cookie of one of them, or give both the same Keys, client and issuer`)
		otherOrigin, otherCookie := *first, *first
		otherOrigin.Origin = "https://invoices.example.com"
		otherCookie.Sessions = secureapi.CookieSessions{Cookie: "__Host-invoices"}
		t.Run("another origin", func(t *testing.T) { second(stack, "OtherOrigin", &otherOrigin) })
		t.Run("another cookie", func(t *testing.T) { second(stack, "OtherCookie", &otherCookie) })
	})
	t.Run("the same keys", func(t *testing.T) {
		stack := newStack()
		first := oktaLogin(stack)
		keys := newSecret(stack, "Keys")
		first.Sessions = secureapi.CookieSessions{Keys: keys}
		loginShop(stack, first, nil)
		otherIssuer, secondHalf := *first, *first
		otherIssuer.Issuer.URL = "https://other.okta.com/oauth2/default"
		secondHalf.Sessions = secureapi.CookieSessions{Keys: keys, Cookie: "__Host-session-2"}
		const want = "of Shop/Api has the same Origin"
		t.Run("at another issuer", func(t *testing.T) {
			refused(t, func() { second(stack, "OtherIssuer", &otherIssuer) }, want, "each would end the other's sessions")
		})
		t.Run("in the cookie of the other's second half", func(t *testing.T) {
			refused(t, func() { second(stack, "SecondHalf", &secondHalf) }, want, "each would end the other's sessions")
		})
		t.Run("for the same login", func(t *testing.T) { second(stack, "Invoices", first) })
	})
	t.Run("another stack", func(t *testing.T) { // of another region, for one
		app := newApp()
		for _, id := range []string{"Europe", "America"} {
			stack := awscdk.NewStack(app, jsii.String(id), nil)
			loginShop(stack, oktaLogin(stack), nil)
		}
	})
}

// New warns for each guard that would refuse requests with split Cookie headers, and for no other
// guard.
func TestSplitCookies(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy awsapigateway.SecurityPolicy
		ttl    time.Duration
		warns  bool
	}{
		{"an enhanced policy and a cache", awsapigateway.SecurityPolicy_TLS13_1_3_2025_09, 0, true},
		{"an enhanced policy without a cache", awsapigateway.SecurityPolicy_TLS13_1_3_2025_09, secureapi.NoCache, false},
		{"TLS 1.2", awsapigateway.SecurityPolicy_TLS_1_2, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			stack := newStack()
			l := oktaLogin(stack)
			api := loginShop(stack, l, func(p *secureapi.Props) {
				p.Authorizer = secureapi.SessionAuthorizer{Login: l, CacheTTL: c.ttl}
				mode := awsapigateway.EndpointAccessMode_STRICT // which an enhanced policy takes
				if c.policy == awsapigateway.SecurityPolicy_TLS_1_2 {
					mode = ""
				}
				p.RestApiProps = &awsapigateway.RestApiProps{DomainName: &awsapigateway.DomainNameOptions{
					EndpointAccessMode: mode,
					DomainName:         jsii.String("shop.example.com"),
					Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
						jsii.String("arn:aws:acm:eu-central-1:123456789012:certificate/shop")),
					SecurityPolicy: c.policy,
				}}
			})
			warned := false
			for _, entry := range *api.Node().Metadata() {
				text, ok := entry.Data.(string)
				warned = warned || ok && *entry.Type == "aws:cdk:warning" && strings.Contains(text, secureapi.SplitCookiesWarning)
			}
			if warned != c.warns {
				t.Errorf("warned: got %t, want %t", warned, !warned)
			}
		})
	}
}
