package apimodel

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// integrationTimeout is API Gateway's default and, unless that quota was raised, its maximum. A timeout below the
// minimum is rejected when the API is deployed. Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html
const (
	integrationTimeout      = 29 * time.Second
	leastIntegrationTimeout = 50 * time.Millisecond

	// For a streamed response: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
	streamedTimeout = 15 * time.Minute
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
	i.UnreadParameters, i.UnreadTemplates = r.unreadTexts("RequestParameters"), r.unreadTexts("RequestTemplates")
	i.Streams = r.oneOf("ResponseTransferMode", "BUFFERED", "STREAM") == "STREAM"
	longest := integrationTimeout
	if i.Streams {
		longest = streamedTimeout
	}
	if ms := r.integer("TimeoutInMillis"); ms != nil {
		i.Timeout = time.Duration(*ms) * time.Millisecond
		switch {
		case i.Timeout < leastIntegrationTimeout:
			r.problem("TimeoutInMillis is %d: API Gateway's minimum is 50", *ms)
		case i.Timeout > longest:
			r.notice().problem("TimeoutInMillis is %d: API Gateway's maximum is %d unless that quota was raised", *ms,
				longest.Milliseconds())
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
	b.readConnection(r, &i)
	b.readKind(r, &i)
	return i
}

// unreadTexts returns the entries of a map of strings in an integration that are not resolved, as in the template.
func (r *reader) unreadTexts(property string) map[string]string {
	written := r.resource.Properties["Integration"]
	if in, _ := written.(map[string]any); in[property] != nil {
		written = in[property]
	}
	if _, bad := r.values[property].(cloudassembly.Unresolved); bad {
		return map[string]string{"": cloudassembly.Written(written)}
	}
	entries, _ := r.values[property].(map[string]any)
	var out map[string]string
	for name, v := range entries {
		if _, bad := v.(cloudassembly.Unresolved); !bad {
			continue
		}
		text := written
		if in, _ := written.(map[string]any); in[name] != nil {
			text = in[name]
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = cloudassembly.Written(text)
	}
	return out
}

// readKind reads the properties that the integration's type requires.
func (b *builder) readKind(r *reader, i *Integration) {
	_, lambda := serviceuri.Function(i.URI)
	switch i.Type {
	case IntegrationMock:
	case IntegrationHTTP, IntegrationHTTPProxy:
		if i.URI == "" && r.values["Uri"] == nil {
			r.problem("%s.Uri is missing", r.path)
		}
	case IntegrationAWS:
		if lambda {
			b.readInvoked(r, i)
		} else if i.Service() == nil && i.URI != "" {
			r.problem("%s.Uri: want arn:aws:apigateway:REGION:SERVICE:action/NAME or :path/PATH, got %s", r.path, i.URI)
		}
	case IntegrationProxy:
		b.readInvoked(r, i)
	case "":
		if _, bad := r.values["Type"].(cloudassembly.Unresolved); !bad {
			r.problem("it has no integration")
		}
	default:
		r.problem("Type: want %s, %s, %s, %s or %s, got %q", IntegrationAWS, IntegrationProxy, IntegrationHTTP,
			IntegrationHTTPProxy, IntegrationMock, i.Type)
	}
	if i.Streams && i.Type != IntegrationProxy && i.Type != IntegrationHTTPProxy {
		r.problem("ResponseTransferMode is STREAM, but API Gateway streams only the answers of %s and %s integrations, "+
			"not of %s", IntegrationProxy, IntegrationHTTPProxy, i.Type)
	}
}

// readInvoked reads which function is invoked, and how.
func (b *builder) readInvoked(r *reader, i *Integration) {
	i.Function, i.Qualifier = b.functionFor(r, "Uri", i.URI)
	if m := i.HTTPMethod; m != "POST" && (i.Function != nil || stageVariable.MatchString(i.URI)) {
		r.problem("functions are called with POST, but IntegrationHttpMethod is %q: API Gateway would answer 500", m)
	}
	streaming := serviceuri.Streams(i.URI)
	switch {
	case i.Type != IntegrationProxy || i.URI == "" || streaming == i.Streams:
	case streaming:
		r.problem("Uri invokes the function for a streamed response, but ResponseTransferMode is not STREAM")
	default:
		r.problem("ResponseTransferMode is STREAM, but Uri invokes the function for a buffered response: want a Uri with " +
			"path/2021-11-15/functions/ARN/response-streaming-invocations")
	}
}
