package cloudassembly

import (
	"strings"
	"time"
)

// The types of integration that a local run honours. Others are problems that block.
const (
	IntegrationProxy = "AWS_PROXY" // of a Lambda function
	IntegrationMock  = "MOCK"
)

// Integration says what answers a method.
type Integration struct {
	Type       string // such as IntegrationProxy
	HTTPMethod string // that it is called with; "" for IntegrationMock
	URI        string

	Function  *Function // nil unless Type is IntegrationProxy
	Qualifier string    // the alias or version of Function that is called; "" for its latest code

	Credentials       string        // the ARN of a role, or "arn:aws:iam::*:user/*" for the caller's own
	Timeout           time.Duration // default 29 s
	Passthrough       string        // WHEN_NO_MATCH, the default, WHEN_NO_TEMPLATES or NEVER
	ContentHandling   string        // CONVERT_TO_BINARY, CONVERT_TO_TEXT or ""
	RequestParameters map[string]string
	RequestTemplates  map[string]string // by content type
	Responses         []IntegrationResponse

	CacheKeys []string // request parameters that a cached response is kept under, beside the method and its resource
}

// IntegrationResponse maps what the integration answers to a method response.
type IntegrationResponse struct {
	StatusCode       string
	SelectionPattern string            // a regular expression; "" for the default response
	Parameters       map[string]string // such as "method.response.header.Vary": "'Origin'"
	Templates        map[string]string // by content type
	ContentHandling  string
}

// integrationTimeout is API Gateway's default, and the most unless that quota was raised. A shorter time-out than the
// least is refused when the API is deployed.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html
const (
	integrationTimeout      = 29 * time.Second
	leastIntegrationTimeout = 50 * time.Millisecond
)

func (i *Integration) uses() []ID {
	if i.Function == nil {
		return nil
	}
	return []ID{i.Function.ID}
}

func (b *builder) readIntegration(method *reader) Integration {
	r := method.object("Integration")
	i := Integration{
		Type: r.text("Type"), HTTPMethod: r.text("IntegrationHttpMethod"), URI: r.text("Uri"),
		Credentials: r.text("Credentials"), Timeout: integrationTimeout,
		Passthrough:       r.oneOf("PassthroughBehavior", "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"),
		ContentHandling:   r.text("ContentHandling"),
		RequestParameters: r.textMap("RequestParameters"), RequestTemplates: r.textMap("RequestTemplates"),
		CacheKeys: r.notice().texts("CacheKeyParameters"),
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
			StatusCode: in.need("StatusCode"), SelectionPattern: in.text("SelectionPattern"), ContentHandling: in.text("ContentHandling"),
			Parameters: in.textMap("ResponseParameters"), Templates: in.textMap("ResponseTemplates"),
		})
	}
	switch i.Type {
	case IntegrationMock:
	case IntegrationProxy:
		i.Function, i.Qualifier = b.functionFor(r, "Uri", i.URI)
		if m := i.HTTPMethod; m != "POST" && i.Function != nil {
			r.problem("a function is called by POST, and IntegrationHttpMethod is %q: API Gateway would answer 500", m)
		}
	case "":
		if _, bad := r.values["Type"].(broken); !bad {
			r.problem("it has no integration")
		}
	default:
		r.problem("its integration is %s, and only %s and %s are run here", i.Type, IntegrationProxy, IntegrationMock)
	}
	if mode := r.oneOf("ResponseTransferMode", "BUFFERED", "STREAM"); mode == "STREAM" {
		r.problem("its response is streamed, which is not done here")
	}
	return i
}

// functionFor finds the function that a URI of API Gateway invokes; not finding it is a problem.
func (b *builder) functionFor(r *reader, property, uri string) (*Function, string) {
	if uri == "" {
		if _, bad := r.values[property].(broken); !bad {
			r.problem("%s.%s is missing", r.path, property)
		}
		return nil, ""
	}
	arn, ok := invoked(uri)
	switch {
	case !ok:
		r.problem("%s.%s does not invoke a Lambda function: %s", r.path, property, uri)
	case strings.Contains(arn, "${stageVariables."):
		r.problem("%s.%s names the function by a stage variable, which is not done here: %s", r.path, property, arn)
	default:
		f, qualifier := b.model.FunctionOf(arn, r.id.Stack)
		if f == nil {
			r.problem("%s.%s: the function %s is not in the assembly", r.path, property, arn)
		}
		return f, qualifier
	}
	return nil, ""
}

// Behind is the function that answers a method, by a proxy integration or another one; nil if none in the assembly does.
func (m *Model) Behind(method *Method) *Function {
	if f := method.Integration.Function; f != nil {
		return f
	}
	arn, _ := invoked(method.Integration.URI)
	f, _ := m.FunctionOf(arn, method.Stack)
	return f
}

// invoked is the ARN in a URI of the form
// arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}/invocations.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
func invoked(uri string) (arn string, ok bool) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" || parts[4] != "lambda" {
		return "", false
	}
	path, ok := strings.CutPrefix(parts[5], "path/2015-03-31/functions/")
	if !ok {
		return "", false
	}
	arn, ok = strings.CutSuffix(path, "/invocations")
	return arn, ok && arn != ""
}
