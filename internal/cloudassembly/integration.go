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

	// Function is nil unless Type is IntegrationProxy. Qualifier is the alias or version of it that is called; "" for its
	// latest code. Where stage variables name the function they hold for all stages or, where stages differ, for one of
	// them: see [Integration.FunctionOn].
	Function  *Function
	Qualifier string
	byStage   targets

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

// uses are the objects that the integration needs on a stage.
func (i *Integration) uses(s *Stage) []ID {
	if f, _ := i.FunctionOn(s); f != nil {
		return []ID{f.ID}
	}
	return nil
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
		if m := i.HTTPMethod; m != "POST" && (i.Function != nil || stageVariable.MatchString(i.URI)) {
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
		if rest := stageVariable.ReplaceAllString(arn, ""); strings.Contains(rest, "${") {
			r.problem("%s.%s: want ${stageVariables.NAME} with a NAME of letters, digits and _, got %s", r.path, property, arn)
		} // else readTargets finds the function of each stage
	default:
		f, qualifier := b.model.FunctionOf(arn, r.id.Stack)
		if f == nil {
			r.problem("%s.%s: the function %s is not in the assembly, so it is not run, and it is not known whether API Gateway may invoke it",
				r.path, property, arn)
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
