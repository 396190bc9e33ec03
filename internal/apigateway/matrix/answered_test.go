package matrix

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestWhatAnswersARoute(t *testing.T) {
	const region = "arn:aws:apigateway:us-east-1:"
	for _, tt := range []struct {
		name string
		verb string
		i    apimodel.Integration
		want string // "" for no line
	}{
		{
			"a queue",
			"POST",
			apimodel.Integration{Type: "AWS", URI: region + "sqs:path/123456789012/jobs"},
			"the AWS service sqs",
		},
		{"a state machine", "POST", apimodel.Integration{Type: "AWS", URI: region + "states:action/StartExecution"},
			"the AWS service states, StartExecution"},
		{"a bucket by the caller's rights", "GET", apimodel.Integration{Type: "AWS", URI: region + "files.s3:path/{key}",
			Credentials: "arn:aws:iam::*:user/*"}, "the AWS service s3, with the caller's credentials"},
		{"a function without the proxy", "GET", apimodel.Integration{Type: "AWS", URI: region + "lambda:path/x"}, ""},
		{"a function", "GET", apimodel.Integration{Type: "AWS_PROXY", Function: &apimodel.Function{}}, ""},
		{"an asynchronous function", "POST", apimodel.Integration{Type: "AWS", Function: &apimodel.Function{},
			RequestParameters: map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"}},
			"a function that is not waited for"},
		{"a fixed answer", "GET", apimodel.Integration{Type: "MOCK"}, "API Gateway itself"},
		{"a preflight", "OPTIONS", apimodel.Integration{Type: "MOCK"}, ""},
		{"a backend", "GET", apimodel.Integration{Type: "HTTP_PROXY", URI: "https://example.com"}, "a backend over HTTP"},
		{"a VPC link", "GET", apimodel.Integration{Type: "HTTP", VPCLink: "abc"}, "a backend behind the VPC link abc"},
		{"a VPC link V2", "GET", apimodel.Integration{Type: "HTTP_PROXY", VPCLink: "Shop/Link", Target: "Shop/Balancer"},
			"the load balancer Shop/Balancer behind the VPC link Shop/Link"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, "")
			method := model.APIs[0].Methods[0]
			method.Verb, method.Integration = tt.verb, tt.i
			method.Authorization, method.Authorizer = apimodel.AuthorizationNone, nil
			m, err := Of(model, "")
			if err != nil {
				t.Fatal(err)
			}
			line := "  " + tt.verb + " /orders: anyone"
			if tt.verb == "OPTIONS" {
				line += ": CORS preflight"
			} else {
				line += ", and no reason is given"
			}
			if tt.want != "" {
				line += ", answered by " + tt.want
			}
			if !strings.Contains(string(m.Text()), line+"\n") {
				t.Errorf("want %q in\n%s", line, m.Text())
			}
			if got := strings.Contains(string(m.JSON()), `"answeredBy"`); got != (tt.want != "") ||
				got && !strings.Contains(string(m.JSON()), `"answeredBy": "`+tt.want+`"`) {
				t.Errorf("JSON is\n%s", m.JSON())
			}
		})
	}
}

// TestTheTenantOfARoute: what the tenant ID of a function with tenant isolation is mapped from, also as JSON.
func TestTheTenantOfARoute(t *testing.T) {
	mapped := map[string]string{"integration.request.header.X-Amz-Tenant-Id": "context.authorizer.tenantId"}
	perTenant := &apimodel.Function{PerTenant: true}
	for _, tt := range []struct {
		name string
		i    apimodel.Integration
		want string
	}{
		{"the authorizer's", apimodel.Integration{Type: "AWS_PROXY", Function: perTenant, RequestParameters: mapped},
			", tenant: context.authorizer.tenantId"},
		{"none", apimodel.Integration{Type: "AWS_PROXY", Function: perTenant}, ", tenant: no tenant ID"},
		{"without tenant isolation", apimodel.Integration{Type: "AWS_PROXY", Function: &apimodel.Function{}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, "")
			method := model.APIs[0].Methods[0]
			method.Integration, method.Authorization, method.Authorizer = tt.i, apimodel.AuthorizationIAM, nil
			m, err := Of(model, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{string(m.Routes()), string(m.Text())} {
				if got := strings.Contains(text, ", tenant: "); got != (tt.want != "") || !strings.Contains(text, tt.want) {
					t.Errorf("want %q in\n%s", tt.want, text)
				}
			}
			again, err := Parse(m.JSON())
			if err != nil || again.APIs[0].Routes[0].Tenant != m.APIs[0].Routes[0].Tenant {
				t.Errorf("the JSON has %+v: %v", again, err)
			}
		})
	}
}
