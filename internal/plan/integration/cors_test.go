package integration

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
)

func TestCORSWarningOfIntegrations(t *testing.T) {
	two := &corsconfig.Config{AllowOrigins: []string{"https://a.example.com", "https://b.example.com"}}
	bare := Integration{Type: "MOCK", Responses: []Response{{Status: "200"}, {Status: "404"}}}
	whole := Integration{
		Type:      "MOCK",
		Responses: []Response{{Status: "200", Templates: map[string]string{"a/b": ""}}},
	}
	for _, tt := range []struct {
		name string
		cors *corsconfig.Config
		i    Integration
		want string // "" for no warning
	}{
		{"no CORS", nil, Integration{Type: "HTTP_PROXY"}, ""},
		{"a proxy", two, Integration{Type: "HTTP_PROXY"},
			`route "GET /a": the API has CORS, and its integration is a proxy, ` +
				`whose answers API Gateway does not change: let the backend set Access-Control-Allow-Origin, without which pages ` +
				`of other origins do not read them; then acknowledge "id"`},
		{"a function", two, Integration{Type: "AWS_PROXY"},
			`let the function, which lambdahttp/cors does by GATEHOUSE_CORS ` +
				`in its environment, set Access-Control-Allow-Origin`},
		{"no template", two, bare, `route "GET /a": CORS has 2 origins, and its integration's answers with the status 200, ` +
			`404 have no ResponseTemplates that could name the one of the request: pages of https://a.example.com alone read ` +
			`them. Give them a template, name one origin, or acknowledge "id"`},
		{"a template", two, whole, ""},
		{"one origin", &corsconfig.Config{AllowOrigins: two.AllowOrigins[:1]}, bare, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Route{Pattern: mustParse(t, "GET /a"), CORS: tt.cors}.CORSWarning(tt.i, "id")
			if got != tt.want && (tt.want == "" || !strings.Contains(got, tt.want)) {
				t.Errorf("warning\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}
