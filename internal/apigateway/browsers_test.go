package apigateway

import "testing"

// TestBrowserVerdicts sends requests of pages to an API, and checks the browser's behaviour in the records.
func TestBrowserVerdicts(t *testing.T) {
	const shop, office, stranger = "https://shop.example.com", "https://office.example.com", "https://x.example"
	preflight := object{
		"Type": "MOCK", "RequestTemplates": object{"application/json": "{ statusCode: 204 }"},
		"IntegrationResponses": []any{object{
			"StatusCode": "204",
			"ResponseParameters": object{
				"method.response.header.Access-Control-Allow-Origin":  "'" + shop + "'",
				"method.response.header.Access-Control-Allow-Methods": "'GET'",
			},
			// CDK writes this for several origins.
			"ResponseTemplates": object{"application/json": `#set($origin = $input.params().header.get("Origin"))` +
				`#if($origin == "` + office + `")` +
				`#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end`},
		}},
	}
	declared := object{"MethodResponses": []any{object{"StatusCode": "204", "ResponseParameters": object{
		"method.response.header.Access-Control-Allow-Origin":  true,
		"method.response.header.Access-Control-Allow-Methods": true,
	}}}}
	r := bare()
	addRoute(r, "GET /plain/{proxy+}", proxy("Fn"))
	addRoute(r, "OPTIONS /plain/{proxy+}", preflight, declared)
	addRoute(r, "GET /mock", mock("mock"))
	addRoute(r, "OPTIONS /mock", preflight, declared)
	s := serve(t, r, func(o *Options) { o.PageOrigins = []string{"http://localhost:5173"} })
	asks := "Access-Control-Request-Method: "
	for _, c := range []struct {
		name, target, origin string
		asks                 string
		readable             bool
		prop                 string
	}{
		{name: "no page", target: "GET /prod/plain/x"},
		{name: "the API's own page", target: "GET /prod/plain/x", origin: "http://" + s.address},
		{name: "a function without the middleware", target: "GET /prod/plain/x", origin: shop, prop: "lambdahttp/cors"},
		{name: "the same for the second origin", target: "GET /prod/plain/x", origin: office, prop: "lambdahttp/cors"},
		{name: "another origin", target: "GET /prod/plain/x", origin: stranger, prop: "CORS.AllowOrigins"},
		{name: "a function that fails", target: "GET /prod/plain/fail", origin: shop, prop: "GatewayResponses"},
		{name: "an integration's response", target: "GET /prod/mock", origin: shop, prop: "IntegrationResponses"},
		{name: "no such path", target: "GET /prod/nothing", origin: shop, prop: "GatewayResponses"},
		{name: "no such stage", target: "GET /nothing", origin: shop},
		{name: "a preflight", target: "OPTIONS /prod/plain/x", origin: shop, asks: asks + "GET", readable: true},
		{
			name:   "of another origin",
			target: "OPTIONS /prod/plain/x", origin: stranger, asks: asks + "GET", prop: "CORS.AllowOrigins",
		},
		{
			name:   "for a method without a route",
			target: "OPTIONS /prod/plain/x", origin: shop, asks: asks + "PUT", prop: "Routes",
		},
		{
			name:   "for a path without a route",
			target: "OPTIONS /prod/nothing", origin: shop, asks: asks + "GET", prop: "Routes",
		},
		{
			name:   "a dev server's page",
			target: "GET /prod/plain/x", origin: "http://localhost:5173", readable: true, prop: "CORS.ExposeHeaders",
		},
		{
			name:   "its preflight",
			target: "OPTIONS /prod/plain/x", origin: "http://localhost:5173", asks: asks + "PUT", readable: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			if c.asks != "" {
				lines = append(lines, c.asks)
			}
			if c.origin != "" {
				lines = append(lines, "Origin: "+c.origin)
			}
			got := s.send(t, c.target, lines...).record.Browser
			applies := c.origin != "" && c.origin != "http://"+s.address
			if got.Applies != applies || got.Readable != c.readable || got.Prop != c.prop || got.Preflight != (c.asks != "") {
				t.Errorf("got %+v (%s)\nwant readable %t, %q", got, got, c.readable, c.prop)
			}
		})
	}
}

// TestAnotherAPIsCORS has a function with the CORS of another API in its environment, behind an API without CORS.
func TestAnotherAPIsCORS(t *testing.T) {
	const shop = "https://shop.example.com"
	r := bare()
	r["Fn"].(object)["Properties"].(object)["Environment"] = object{"Variables": object{
		"GATEHOUSE_CORS": `{"allowOrigins":["` + shop + `"],"allowMethods":["GET"]}`,
	}}
	addRoute(r, "GET /orders", proxy("Fn"))
	addRoute(r, "GET /mock", mock("mock"))
	s := serve(t, r, func(o *Options) { o.PageOrigins = []string{"http://localhost:5173"} })
	for _, c := range []struct{ name, target, origin, authorization, why string }{
		{
			"a page that the other API does not allow", "GET /prod/orders", "https://x.example", "",
			"the API has no CORS, and its function has that of another API, which does not allow https://x.example",
		},
		{
			"a route without the function", "GET /prod/mock", shop, "",
			"the API has no CORS: the answer has no Access-Control-Allow-Origin",
		},
		{"a dev server's page, whose preflights are answered", "GET /prod/mock", "http://localhost:5173", "Bearer x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := []string{"Origin: " + c.origin}
			if c.authorization != "" {
				lines = append(lines, "Authorization: "+c.authorization)
			}
			got := s.send(t, c.target, lines...).record.Browser
			if got.Why != c.why && (c.why != "" || !got.Readable) {
				t.Errorf("got %+v, want %q", got, c.why)
			}
		})
	}
}
