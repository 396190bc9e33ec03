package apigateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// gatewayResponse is a customised gateway response.
func gatewayResponse(kind string, properties object) object {
	p := object{"RestApiId": ref("Api"), "ResponseType": kind}
	for name, value := range properties {
		p[name] = value
	}
	return resource("ApiGateway::GatewayResponse", p)
}

// responseTypeBehaviour checks the types of gateway responses: the status of each, and the default type whose
// customisation it uses. Requests to the local gateway do not cause most of these types.
func responseTypeBehaviour(t *testing.T) (list []behaviour) {
	plain, _ := mapping.NewResponses(nil)
	custom, problems := mapping.NewResponses([]*apimodel.GatewayResponse{
		{Type: "DEFAULT_4XX", Parameters: map[string]string{"gatewayresponse.header.From": "'DEFAULT_4XX'"}},
		{Type: "DEFAULT_5XX", Parameters: map[string]string{"gatewayresponse.header.From": "'DEFAULT_5XX'"}},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		name mapping.Type
		want string
	}{
		{"ACCESS_DENIED", "403 DEFAULT_4XX"},
		{"API_CONFIGURATION_ERROR", "500 DEFAULT_5XX"},
		{"AUTHORIZER_CONFIGURATION_ERROR", "500 DEFAULT_5XX"},
		{"AUTHORIZER_FAILURE", "500 DEFAULT_5XX"},
		{"BAD_REQUEST_PARAMETERS", "400 DEFAULT_4XX"},
		{"BAD_REQUEST_BODY", "400 DEFAULT_4XX"},
		{"DEFAULT_4XX", "400 DEFAULT_4XX"},
		{"DEFAULT_5XX", "500 DEFAULT_5XX"},
		{"EXPIRED_TOKEN", "403 DEFAULT_4XX"},
		{"INTEGRATION_FAILURE", "504 DEFAULT_5XX"},
		{"INTEGRATION_TIMEOUT", "504 DEFAULT_5XX"},
		{"INVALID_API_KEY", "403 DEFAULT_4XX"},
		{"INVALID_SIGNATURE", "403 DEFAULT_4XX"},
		{"MISSING_AUTHENTICATION_TOKEN", "403 DEFAULT_4XX"},
		{"QUOTA_EXCEEDED", "429 DEFAULT_4XX"},
		{"REQUEST_TOO_LARGE", "413"},
		{"RESOURCE_NOT_FOUND", "404 DEFAULT_4XX"},
		{"THROTTLED", "429 DEFAULT_4XX"},
		{"UNAUTHORIZED", "401 DEFAULT_4XX"},
		{"UNSUPPORTED_MEDIA_TYPE", "415 DEFAULT_4XX"},
		{"WAF_FILTERED", "403 DEFAULT_4XX"},
	} {
		b := behaviour{name: string(c.name), source: docResponses, want: c.want, got: func(t *testing.T) string {
			source, failure := &mapping.Source{Request: &exchange.Request{}}, &mapping.Failure{Type: c.name, Message: "m"}
			a := plain.Answer(failure, source)
			if body := string(a.Body); body != `{"message":"m"}` {
				t.Errorf("the default body is %s", body)
			}
			return strings.TrimSpace(fmt.Sprint(a.Status, " ", custom.Answer(failure, source).Headers.Get("From")))
		}}
		switch c.name {
		case "WAF_FILTERED",
			"RESOURCE_NOT_FOUND",
			"AUTHORIZER_FAILURE",
			"INTEGRATION_FAILURE",
			"EXPIRED_TOKEN":
			b.differs = "no request to a local run is answered so: there is no firewall or failing connection here, and an " +
				"expired token has other answers (see the groups Cognito and IAM)"
		case "REQUEST_TOO_LARGE":
			b.source, b.differs = docIssues,
				"documented as ignored by API Gateway where it is customised, and not taken from DEFAULT_4XX here"
		case "DEFAULT_4XX", "DEFAULT_5XX":
			b.differs = "has no status of its own: 400 and 500 are for an error that has none either"
		}
		list = append(list, b)
	}
	return list
}

func responseBehaviour(t *testing.T) []behaviour {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /guarded/{id}", mock("guarded"), guardedBy("Auth"))
	addRoute(r, "GET /key", mock("key"), object{"ApiKeyRequired": true})
	addRoute(r, "GET /signed", mock("signed"), object{"AuthorizationType": "AWS_IAM"})
	addRoute(r, "POST /fn/{proxy+}", proxy("Fn"))
	never := mock("never")
	never["PassthroughBehavior"] = "NEVER"
	addRoute(r, "POST /typed", never)
	r["Validator"] = resource(
		"ApiGateway::RequestValidator",
		object{"RestApiId": ref("Api"), "ValidateRequestParameters": true},
	)
	r["Bodies"] = resource("ApiGateway::RequestValidator", object{"RestApiId": ref("Api"), "ValidateRequestBody": true})
	r["Model"] = resource(
		"ApiGateway::Model",
		object{"RestApiId": ref("Api"), "ContentType": "application/json", "Schema": object{
			"type":     "object",
			"required": []any{"a", "b"},
			"properties": object{"a": object{"$ref": object{"Fn::Join": []any{
				"",
				[]any{"https://apigateway.amazonaws.com/restapis/", ref("Api"), "/models/Number"},
			}}}},
		}},
	)
	r["Number"] = resource(
		"ApiGateway::Model",
		object{
			"RestApiId":   ref("Api"),
			"Name":        "Number",
			"ContentType": "application/json",
			"Schema":      object{"type": "number"},
		},
	)
	r["Javas"] = resource(
		"ApiGateway::Model",
		object{"RestApiId": ref("Api"), "ContentType": "application/json", "Schema": object{"pattern": "(?=a).*"}},
	)
	wanted := object{
		"RequestValidatorId": ref("Validator"),
		"RequestParameters": object{"method.request.header.X-Tenant": true,
			"method.request.querystring.page": true, "method.request.querystring.size": false, "method.request.path.id": true},
	}
	addRoute(r, "GET /wanted/{id}", mock("wanted"), wanted)
	addRoute(r, "POST /wanted/{id}", mock("wanted"), wanted, guardedBy("Auth"))
	addRoute(
		r,
		"PUT /wanted/{id}",
		mock("wanted"),
		object{"RequestValidatorId": ref("Bodies"), "RequestModels": object{"application/json": ref("Model")}},
	)
	addRoute(
		r,
		"POST /checked",
		proxy("Fn"),
		object{"RequestValidatorId": ref("Bodies"), "RequestModels": object{"application/json": ref("Model")}},
	)
	addRoute(
		r,
		"DELETE /wanted/{id}",
		mock("wanted"),
		object{"RequestValidatorId": ref("Bodies"), "RequestModels": object{"application/json": ref("Javas")}},
	)
	addRoute(
		r,
		"PATCH /wanted/{id}",
		mock("wanted"),
		object{"RequestValidatorId": ref("Bodies"), "RequestModels": object{"application/json": "Empty"}},
	)
	defaults := object{
		"Default4": gatewayResponse(
			"DEFAULT_4XX",
			object{"ResponseParameters": object{"gatewayresponse.header.From": "'DEFAULT_4XX'"}},
		),
		"Default5": gatewayResponse(
			"DEFAULT_5XX",
			object{
				"StatusCode": "503",
				"ResponseTemplates": object{
					"application/json": `{"type":"$context.error.responseType","text":$context.error.messageString}`,
				},
			},
		),
		"Unauthorized": gatewayResponse("UNAUTHORIZED", object{"StatusCode": "418", "ResponseParameters": object{
			"gatewayresponse.header.Origin": "method.request.header.Origin",
			"gatewayresponse.header.Id":     "method.request.path.id",
			"gatewayresponse.header.Q":      "method.request.querystring.q",
			"gatewayresponse.header.Stage":  "context.stage",
			"gatewayresponse.header.Text":   "'text'",
		}}),
		"Denied": gatewayResponse("ACCESS_DENIED", object{"ResponseTemplates": object{
			"application/json": `{"who":"$context.authorizer.principalId","tier":"$context.authorizer.tier",` +
				`"why":$context.error.messageString}`}}),
	}
	customised := bare()
	for id, v := range r {
		customised[id] = v
	}
	for id, v := range defaults {
		customised[id] = v
	}
	explained := bare()
	for id, v := range r {
		explained[id] = v
	}
	explained["Body"] = gatewayResponse(
		"BAD_REQUEST_BODY",
		object{
			"StatusCode":        "422",
			"ResponseTemplates": object{"application/json": `{"why":"$context.error.validationErrorString"}`},
		},
	)
	paged := bare()
	for id, v := range r {
		paged[id] = v
	}
	paged["Page"] = gatewayResponse("UNAUTHORIZED", object{"ResponseTemplates": object{
		"text/html":        `<!doctype html><a href="/auth/login?return=/">Log in</a>`,
		"application/json": `{"message":$context.error.messageString}`,
	}})
	plain, own, told, page := serve(t, r), serve(t, customised), serve(t, explained), serve(t, paged)
	ask := func(name, source string, s *site, target, want string, show string, headers ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.send(t, target, headers...)
			out := got.String()
			if show != "" {
				out += "; " + got.headers(strings.Fields(show)...)
			}
			return out
		}}
	}
	const default4 = "; From: DEFAULT_4XX"
	const refusedBody = `400 BadRequestException {"message":"Invalid request body"}`
	say := func(name, source string, s *site, target, body, want string, headers ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.post(t, target, body, headers...)
			if s == own {
				return got.String() + "; " + got.headers("From")
			}
			return got.String()
		}}
	}
	const (
		html = `401 UnauthorizedException <!doctype html><a href="/auth/login?return=/">Log in</a>; Content-Type: text/html`
		json = unauthorized + "; Content-Type: application/json"
	)
	accepts := func(name, want, accept string) behaviour {
		return ask(name, docTemplates, page, "GET /prod/guarded/7", want, "Content-Type", "Accept: "+accept)
	}
	return []behaviour{
		// The Accept headers of navigations: https://developer.mozilla.org/docs/Web/HTTP/Guides/Content_negotiation
		accepts("a page for a navigation of Chromium", html, "text/html,application/xhtml+xml,application/xml;q=0.9,"+
			"image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"),
		accepts(
			"a page for a navigation of Firefox",
			html,
			"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		),
		accepts("JSON for fetch", json, "*/*"),
		accepts("JSON for one who asks for it", json, "application/json, text/html"),
		accepts("JSON for an image", json, "image/avif,image/webp,*/*;q=0.8"),
		ask("UNAUTHORIZED", docResponses, plain, "GET /prod/guarded/7", unauthorized, ""),
		ask("ACCESS_DENIED", docResponses, plain, "GET /prod/guarded/7", implicitDeny, "", bearer("other")),
		ask("AUTHORIZER_CONFIGURATION_ERROR", docResponses, plain, "GET /prod/guarded/7", broken, "", bearer("error:boom")),
		ask("INVALID_API_KEY", docResponses, plain, "GET /prod/key", `403 ForbiddenException {"message":"Forbidden"}`, ""),
		ask(
			"UNSUPPORTED_MEDIA_TYPE",
			docResponses,
			plain,
			"POST /prod/typed",
			`415 BadRequestException {"message":"Unsupported Media Type"}`,
			"",
			"Content-Type: text/csv",
		),

		ask(
			"BAD_REQUEST_PARAMETERS",
			docValidation,
			plain,
			"GET /prod/wanted/7",
			`400 BadRequestException {"message":"Missing required request parameters: [X-Tenant, page]"}`,
			"",
		),
		ask(
			"a parameter that is blank",
			docValidation,
			plain,
			"GET /prod/wanted/7?page=+",
			`400 BadRequestException {"message":"Missing required request parameters: [page]"}`,
			"",
			"X-Tenant: acme",
		),
		ask("all that are wanted", docValidation, plain, "GET /prod/wanted/7?page=1", "200 wanted", "", "X-Tenant: acme"),
		ask("authorization comes before validation", docValidation, plain, "POST /prod/wanted/7", unauthorized, ""),
		ask(
			"and validation after it",
			docValidation,
			plain,
			"POST /prod/wanted/7",
			`400 BadRequestException {"message":"Missing required request parameters: [X-Tenant, page]"}`,
			"",
			bearer("everything"),
		),
		say("BAD_REQUEST_BODY", seenValidation, plain, "PUT /prod/wanted/7", `{"test":"test"}`, refusedBody),
		say(
			"a body that fits the model, which refers to another one",
			docValidation,
			plain,
			"PUT /prod/wanted/7",
			`{"a":1,"b":2}`,
			"200 wanted",
		),
		say(
			"one that does not fit the other one",
			docValidation,
			plain,
			"PUT /prod/wanted/7",
			`{"a":"1","b":2}`,
			refusedBody,
		),
		say("no body", seenValidation, plain, "PUT /prod/wanted/7", "", refusedBody),
		say("a body that is not JSON", docValidation, plain, "PUT /prod/wanted/7", "a=1", refusedBody),
		say(
			"a content type without a model",
			docValidation,
			plain,
			"POST /prod/checked",
			"a=1",
			"200",
			"Content-Type: application/x-www-form-urlencoded",
		),
		say("the model Empty takes any object", docValidation, plain, "PATCH /prod/wanted/7", `{"any":1}`, "200 wanted"),
		say("and no list", docValidation, plain, "PATCH /prod/wanted/7", `[]`, refusedBody),
		say(
			"BAD_REQUEST_BODY takes DEFAULT_4XX's headers",
			docValidation,
			own,
			"PUT /prod/wanted/7",
			"{}",
			refusedBody+default4,
		),
		{
			name:   "what is wrong with a body, for a gateway response",
			source: docCustomize,
			want:   `422 BadRequestException {"why":"[at '/': missing property 'b']"}`,
			got:    func(t *testing.T) string { return told.post(t, "PUT /prod/wanted/7", `{"a":1}`).String() },
			differs: "the words of $context.error.validationErrorString are those of another library than API Gateway's, such " +
				"as [object has missing required properties ([\"b\"])]",
		},
		{
			name:   "a model with an expression of Java's",
			source: docValidation,
			want:   notServedHere,
			got:    func(t *testing.T) string { return plain.send(t, "DELETE /prod/wanted/7").String() },
			differs: "API Gateway's expressions are Java's: " +
				"those with look-around or back references are refused, and the route answers 501",
		},
		ask(
			"BAD_REQUEST_PARAMETERS takes DEFAULT_4XX's headers",
			docValidation,
			own,
			"GET /prod/wanted/7",
			`400 BadRequestException {"message":"Missing required request parameters: [X-Tenant, page]"}`+default4,
			"From",
		),

		ask(
			"a type without a response takes DEFAULT_4XX's headers",
			docResponses,
			own,
			"GET /prod/nothing",
			noSuchRoute+default4,
			"From",
		),
		ask(
			"so does INVALID_API_KEY",
			docResponses,
			own,
			"GET /prod/key",
			`403 ForbiddenException {"message":"Forbidden"}`+default4,
			"From",
		),
		ask("so does a signature that is missing", docResponses, own, "GET /prod/signed", noSuchRoute+default4, "From"),
		ask(
			"a type with a response takes nothing of it",
			docResponses,
			own,
			"GET /prod/guarded/7",
			`418 UnauthorizedException {"message":"Unauthorized"}; `,
			"From",
		),
		ask(
			"DEFAULT_5XX's status and template count for all 5XX, such as the failure of a function",
			docResponses+", https://github.com/DataBiosphere/azul/pull/6624 (INTEGRATION_FAILURE)",
			own,
			"POST /prod/fn/exit",
			`503 InternalServerErrorException {"type":"INTEGRATION_FAILURE","text":"Internal server error"}`,
			"",
		),
		ask(
			"also for an authorizer that fails",
			docResponses,
			own,
			"GET /prod/guarded/7",
			`503 AuthorizerConfigurationException {"type":"AUTHORIZER_CONFIGURATION_ERROR","text":null}`,
			"",
			bearer("error:boom"),
		),
		ask(
			"parameters from header, path, query, context and text",
			docCustomize,
			own,
			"GET /prod/guarded/7?q=a+b",
			`418 UnauthorizedException {"message":"Unauthorized"}; `+
				`Origin: https://shop.example.com, Id: 7, Q: a b, Stage: prod, Text: text`,
			"Origin Id Q Stage Text",
			"Origin: https://shop.example.com",
		),
		ask(
			"a parameter that the request does not have makes no header",
			docCustomize,
			own,
			"GET /prod/guarded/7",
			`418 UnauthorizedException {"message":"Unauthorized"}; Id: 7`,
			"Origin Id Q",
		),
		ask(
			"$context.authorizer where the authorizer denied",
			seenContext,
			own,
			"GET /prod/guarded/7",
			`403 AccessDeniedException {"who":"alice","tier":"gold","why":"`+deniedByPolicy+`"}`,
			"",
			bearer("deny"),
		),
		ask(
			"and where it was silent",
			seenContext,
			own,
			"GET /prod/guarded/7",
			`403 AccessDeniedException {"who":"alice","tier":"gold","why":"User is not authorized to access this resource"}`,
			"",
			bearer("other"),
		),
		{
			name:   "a response for REQUEST_TOO_LARGE is ignored, with a warning",
			source: docIssues,
			want:   "413; true",
			got: func(t *testing.T) string {
				r := bare()
				addRoute(r, "POST /fn/{proxy+}", proxy("Fn"))
				r["Large"] = gatewayResponse("REQUEST_TOO_LARGE", object{"StatusCode": "400"})
				s := serve(t, r)
				got := s.post(t, "POST /prod/fn/x", strings.Repeat("x", 6_291_456))
				return fmt.Sprint(got.status, "; ", strings.Contains(strings.Join(s.Problems(), "\n"), "REQUEST_TOO_LARGE"))
			},
		},
	}
}

// corsPreflight is a preflight as addCorsPreflight of aws-cdk-lib makes it.
func corsPreflight(origins ...string) (integration, change object) {
	parameters := object{"method.response.header.Access-Control-Allow-Origin": "'" + origins[0] + "'",
		"method.response.header.Access-Control-Allow-Methods": "'GET,POST'", "method.response.header.Vary": "'Origin'"}
	declared := object{}
	for name := range parameters {
		declared[name] = true
	}
	answer := object{"StatusCode": "204", "ResponseParameters": parameters}
	if len(origins) > 1 {
		var any []string
		for _, o := range origins[1:] {
			any = append(any, `$origin == "`+o+`"`)
		}
		answer["ResponseTemplates"] = object{
			"application/json": `#set($origin = $input.params().header.get("Origin"))` + "\n" +
				`#if($origin == "")` + "\n" + `  #set($origin = $input.params().header.get("origin"))` + "\n#end\n" +
				`#if(` + strings.Join(
				any,
				" || ",
			) + `)` + "\n" + `  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)` + "\n#end",
		}
	}
	return object{
			"Type":                 "MOCK",
			"RequestTemplates":     object{"application/json": "{ statusCode: 200 }"},
			"IntegrationResponses": []any{answer},
		},
		object{
			"MethodResponses": []any{object{"StatusCode": "204", "ResponseParameters": declared}},
		}
}

func preflightBehaviour(t *testing.T) []behaviour {
	const shop, admin = "https://shop.example.com", "https://admin.example.com"
	r := bare()
	addAuthorizer(r, "Auth", nil)
	one, change := corsPreflight(shop)
	addRoute(r, "GET /one", mock("one"), guardedBy("Auth"))
	addRoute(r, "OPTIONS /one", one, change)
	two, change := corsPreflight(shop, admin)
	addRoute(r, "OPTIONS /two", two, change)
	other, change := corsPreflight(shop)
	other["RequestTemplates"] = object{"application/json": `#parse('x'){"statusCode": 200}`}
	addRoute(r, "OPTIONS /other", other, change)
	json, change := corsPreflight(shop)
	json["RequestTemplates"] = object{"application/json": `{"status": 200}`}
	addRoute(r, "OPTIONS /none", json, change)
	s := serve(t, r)
	ask := func(name, source, path, origin, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			headers := []string{"Access-Control-Request-Method: GET"}
			if origin != "" {
				headers = append(headers, "Origin: "+origin)
			}
			got := s.send(t, "OPTIONS /prod"+path, headers...)
			if got.status >= 400 {
				return got.String()
			}
			return fmt.Sprint(got.status, " ", got.headers("Access-Control-Allow-Origin", "Vary"), got.body)
		}}
	}
	allowed := func(origin string) string { return "204 Access-Control-Allow-Origin: " + origin + ", Vary: Origin" }
	return []behaviour{
		ask("an unquoted key, 204, and no authorizer", sourcePreflight, "/one", shop, allowed(shop)),
		ask("several origins: the first", sourcePreflight, "/two", shop, allowed(shop)),
		ask("several origins: another of them", sourcePreflight, "/two", admin, allowed(admin)),
		ask("several origins: none of them", sourcePreflight, "/two", "https://evil.example.com", allowed(shop)),
		ask("several origins: no Origin", sourcePreflight, "/two", "", allowed(shop)),
		{
			name:   "the header's name in small letters",
			source: sourcePreflight,
			want:   "true",
			got: func(t *testing.T) string {
				answer := s.raw(t, "OPTIONS /prod/two HTTP/1.1\nHost: a\nConnection: close\norigin: "+admin+"\n\n")
				return fmt.Sprint(strings.Contains(answer, "Access-Control-Allow-Origin: "+admin))
			},
		},
		{
			name:   "another template is refused: what cannot be done",
			source: sourcePreflight,
			want:   "501; true",
			got: func(t *testing.T) string {
				got := s.send(t, "OPTIONS /prod/other")
				return fmt.Sprint(
					got.status,
					"; ",
					strings.Contains(got.record.Reason, "line 1, column 1: the directive #parse('x')"),
				)
			},
			differs: "other templates are not read: a method whose template has #parse answers 501, and says so at start",
		},
		ask(
			"a template without statusCode",
			recordedMock,
			"/none",
			shop,
			`500 InternalServerErrorException {"message": "Internal server error"}`,
		),
	}
}
