package integration

import (
	"encoding/json"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
)

func TestDerivedAnswers(t *testing.T) {
	const integration = `{"type":"MOCK","integrationResponses":[
		{
			"statusCode":"200",
			"responseParameters":{"method.response.header.X-A":"'a'"},
			"responseTemplates":{"text/plain":"hi"}
		},
		{"statusCode":"404","selectionPattern":"404","responseTemplates":{"text/plain":{"Ref":"Text"}}},
		{"statusCode":"500","selectionPattern":"5..",
			"responseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]}`
	const declared = `[{"statusCode":"200","responseParameters":{"method.response.header.X-B":false},
		"responseModels":{"application/json":{"Ref":"Model"}}},{"statusCode":"418"}]`
	const head = "#set($allowedOrigin = $input.params().header.get(\\\"Origin\\\"))\\n#if($allowedOrigin == \\\"\\\")\\n" +
		"#set($allowedOrigin = $input.params().header.get(\\\"origin\\\"))\\n#end\\n" +
		"#if($allowedOrigin == \\\"https://b.example.com\\\")\\n" +
		"#set($context.responseOverride.header.Access-Control-Allow-Origin = $allowedOrigin)\\n#end\\n"
	const a = `"method.response.header.Access-Control-Allow-Origin":"'https://a.example.com'",` +
		`"method.response.header.Vary":"'Origin'"`
	for _, tt := range []struct {
		name               string
		cors               *corsconfig.Config
		responses, methods string
	}{
		{"no CORS", nil, `null`,
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":true,"method.response.header.X-B":false},
				"ResponseModels":{"application/json":{"Ref":"Model"}}},{"StatusCode":"418"},{"StatusCode":"404"},
				{"StatusCode":"500","ResponseParameters":{"method.response.header.access-control-allow-origin":true}}]`},
		{"one origin", &corsconfig.Config{AllowOrigins: []string{"https://a.example.com"}, AllowCredentials: true,
			ExposeHeaders: []string{"ETag", "Link"}},
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":"'a'",` + a + `,
					"method.response.header.Access-Control-Allow-Credentials":"'true'",
					"method.response.header.Access-Control-Expose-Headers":"'ETag,Link'"},"ResponseTemplates":{"text/plain":"hi"}},
				{"StatusCode":"404","SelectionPattern":"404","ResponseParameters":{` + a + `,
					"method.response.header.Access-Control-Allow-Credentials":"'true'",
					"method.response.header.Access-Control-Expose-Headers":"'ETag,Link'"},
					"ResponseTemplates":{"text/plain":{"Ref":"Text"}}},
				{"StatusCode":"500","SelectionPattern":"5..",
					"ResponseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]`, ""},
		{"every origin", &corsconfig.Config{AllowOrigins: []string{"*"}},
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":"'a'",
					"method.response.header.Access-Control-Allow-Origin":"'*'"},"ResponseTemplates":{"text/plain":"hi"}},
				{"StatusCode":"404","SelectionPattern":"404",
					"ResponseParameters":{"method.response.header.Access-Control-Allow-Origin":"'*'"},
					"ResponseTemplates":{"text/plain":{"Ref":"Text"}}},
				{"StatusCode":"500","SelectionPattern":"5..",
					"ResponseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]`, ""},
		{"several origins", &corsconfig.Config{AllowOrigins: []string{"https://a.example.com", "https://b.example.com"}},
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":"'a'",` + a + `},
					"ResponseTemplates":{"text/plain":"` + head + `hi"}},
				{"StatusCode":"404","SelectionPattern":"404","ResponseParameters":{` + a + `},
					"ResponseTemplates":{"text/plain":{"Fn::Join":["",["` + head + `",{"Ref":"Text"}]]}}},
				{"StatusCode":"500","SelectionPattern":"5..",
					"ResponseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Route{Pattern: mustParse(t, "GET /a"), CORS: tt.cors}
			var given []any
			if err := json.Unmarshal([]byte(declared), &given); err != nil {
				t.Fatal(err)
			}
			d, err := r.Derive(bound(t, integration), given)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "integration responses", d.IntegrationResponses, tt.responses)
			if tt.methods != "" {
				same(t, "method responses", d.MethodResponses, tt.methods)
			}
			for _, response := range d.MethodResponses { // each header that is mapped is declared
				declared, _ := response.(map[string]any)["ResponseParameters"].(map[string]bool)
				for _, in := range d.Integration.Responses {
					for name := range in.Parameters {
						if in.Status == response.(map[string]any)["StatusCode"] && !declared[name] {
							t.Errorf("status %s does not declare %s", in.Status, name)
						}
					}
				}
			}
		})
	}
}
