package apimodel

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// integrationTimeout is API Gateway's default, and the most unless that quota was raised. A shorter time-out than the
// least is refused when the API is deployed. Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html
const (
	integrationTimeout      = 29 * time.Second
	leastIntegrationTimeout = 50 * time.Millisecond
)

func (b *builder) readIntegration(method *reader) Integration {
	r := method.object("Integration")
	i := Integration{
		Type:              r.text("Type"),
		HTTPMethod:        r.text("IntegrationHttpMethod"),
		URI:               r.text("Uri"),
		Credentials:       r.text("Credentials"),
		Timeout:           integrationTimeout,
		Passthrough:       r.oneOf("PassthroughBehavior", "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"),
		ContentHandling:   r.text("ContentHandling"),
		RequestParameters: r.textMap("RequestParameters"),
		RequestTemplates:  r.textMap("RequestTemplates"),
		CacheKeys:         r.notice().texts("CacheKeyParameters"),
	}
	if ms := r.integer("TimeoutInMillis"); ms != nil {
		i.Timeout = time.Duration(*ms) * time.Millisecond
		switch {
		case i.Timeout < leastIntegrationTimeout:
			r.problem("TimeoutInMillis is %d: API Gateway's minimum is 50", *ms)
		case i.Timeout > integrationTimeout:
			r.notice().problem("TimeoutInMillis is %d: API Gateway's maximum is 29000 unless that quota was raised", *ms)
		}
	}
	for _, in := range r.objects("IntegrationResponses") {
		i.Responses = append(i.Responses, IntegrationResponse{
			StatusCode:       in.need("StatusCode"),
			SelectionPattern: in.text("SelectionPattern"),
			ContentHandling:  in.text("ContentHandling"),
			Parameters:       in.textMap("ResponseParameters"),
			Templates:        in.textMap("ResponseTemplates"),
		})
	}
	switch i.Type {
	case IntegrationMock:
	case IntegrationProxy:
		i.Function, i.Qualifier = b.functionFor(r, "Uri", i.URI)
		if m := i.HTTPMethod; m != "POST" && (i.Function != nil || stageVariable.MatchString(i.URI)) {
			r.problem("a function is called by POST, and IntegrationHttpMethod is %q: API Gateway would answer 500", m)
		}
	case "":
		if _, bad := r.values["Type"].(cloudassembly.Unresolved); !bad {
			r.problem("it has no integration")
		}
	default:
		r.problem("its integration is %s, and only %s and %s are run here", i.Type, IntegrationProxy, IntegrationMock)
	}
	if mode := r.oneOf("ResponseTransferMode", "BUFFERED", "STREAM"); mode == "STREAM" {
		r.problem("streamed responses are not supported")
	}
	return i
}
