package apimodel

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

// FunctionOn returns the function that the integration invokes on a stage, and its alias or version; nil without one.
func (i *Integration) FunctionOn(s *Stage) (f *Function, qualifier string) {
	t := i.byStage.on(s, target{function: i.Function, qualifier: i.Qualifier})
	return t.function, t.qualifier
}

// uses are the objects that the integration needs on a stage.
func (i *Integration) uses(s *Stage) []ID {
	if f, _ := i.FunctionOn(s); f != nil {
		return []ID{f.ID}
	}
	return nil
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
