package secureapi

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/integration"
)

// addPreflights answers OPTIONS on each resource that has a route.
func (b *builder) addPreflights() {
	binary := b.plan.BinaryPreflights()
	for _, p := range b.plan.Preflights() {
		props := b.preflight(p.Methods)
		if binary {
			props.Integration.(*awsapigateway.CfnMethod_IntegrationProperty).ContentHandling = jsii.String("CONVERT_TO_TEXT")
		}
		b.add(p.Path, props, nil, nil)
	}
}

// preflight returns the properties of what CDK's AddCorsPreflight creates: an answer without a function. If there are
// several origins, it names the first, unless the request has another one of them.
// Source: aws-cdk-lib 2.270.0, aws-apigateway/lib/resource.js (addCorsPreflight)
func (b *builder) preflight(methods []string) *awsapigateway.CfnMethodProps {
	const status = "204"
	c := b.props.CORS
	values := map[string]string{
		"Access-Control-Allow-Headers": strings.Join(b.plan.AllowHeaders(), ","),
		"Access-Control-Allow-Origin":  c.AllowOrigins[0],
		"Access-Control-Allow-Methods": strings.Join(methods, ","),
	}
	if c.AllowOrigins[0] != "*" {
		values["Vary"] = "Origin"
	}
	if c.AllowCredentials {
		values["Access-Control-Allow-Credentials"] = "true"
	}
	if c.MaxAge > 0 {
		values["Access-Control-Max-Age"] = fmt.Sprint(c.MaxAge.Seconds())
	}
	if len(c.ExposeHeaders) > 0 {
		values["Access-Control-Expose-Headers"] = strings.Join(c.ExposeHeaders, ",")
	}
	sent, declared := map[string]string{}, map[string]bool{}
	for name, value := range values {
		sent[integration.MethodHeader+name] = "'" + value + "'"
		declared[integration.MethodHeader+name] = true
	}
	response := map[string]any{"statusCode": status, "responseParameters": sent}
	if len(c.AllowOrigins) > 1 {
		response["responseTemplates"] = map[string]string{"application/json": originTemplate(c.AllowOrigins[1:])}
	}
	return &awsapigateway.CfnMethodProps{
		HttpMethod:        jsii.String("OPTIONS"),
		ApiKeyRequired:    false,
		AuthorizationType: jsii.String("NONE"),
		Integration: &awsapigateway.CfnMethod_IntegrationProperty{
			Type:                 jsii.String("MOCK"),
			RequestTemplates:     map[string]string{"application/json": "{ statusCode: 200 }"},
			IntegrationResponses: []any{response},
		},
		MethodResponses: []any{map[string]any{"statusCode": status, "responseParameters": declared}},
	}
}

// originTemplate returns a template that answers with the request's origin if it is one of these.
func originTemplate(origins []string) string {
	conditions := make([]string, len(origins))
	for i, o := range origins {
		conditions[i] = fmt.Sprintf(`$origin == "%s"`, o)
	}
	return strings.Join([]string{
		`#set($origin = $input.params().header.get("Origin"))`,
		`#if($origin == "")`,
		`  #set($origin = $input.params().header.get("origin"))`,
		`#end`,
		`#if(` + strings.Join(conditions, " || ") + `)`,
		`  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)`,
		`#end`,
	}, "\n")
}
