package apimodel

import (
	"strings"
	"time"
)

// The types of integration.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
const (
	IntegrationProxy     = "AWS_PROXY" // of a Lambda function
	IntegrationAWS       = "AWS"       // an AWS service, or a Lambda function that gets what a template makes
	IntegrationHTTP      = "HTTP"
	IntegrationHTTPProxy = "HTTP_PROXY"
	IntegrationMock      = "MOCK"
)

// Integration says what answers a method.
type Integration struct {
	Type       string // such as IntegrationProxy
	HTTPMethod string // that it is called with; "" for IntegrationMock
	URI        string

	// Function is the one that URI invokes; nil for none. Qualifier is the alias or version of it that is called; "" for
	// its latest code. Where stage variables name the function they hold for all stages or, where stages differ, for one
	// of them: see [Integration.FunctionOn].
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

	VPCLink string // the id of the VPC link by which an HTTP integration is called; "" for the internet
	Streams bool   // the answer is passed on as it comes: ResponseTransferMode is STREAM

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
// arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}/invocations or, of a streamed answer,
// arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{ARN}/response-streaming-invocations.
// Sources: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
func invoked(uri string) (arn string, ok bool) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" || parts[4] != "lambda" {
		return "", false
	}
	path, ok := strings.CutPrefix(strings.Replace(parts[5], "path//", "path/", 1), "path/2015-03-31/functions/")
	if ok {
		arn, ok = strings.CutSuffix(path, "/invocations")
		return arn, ok && arn != ""
	}
	path, ok = strings.CutPrefix(parts[5], streamingPath)
	if !ok {
		return "", false
	}
	arn, ok = strings.CutSuffix(path, "/response-streaming-invocations")
	return arn, ok && arn != ""
}

const streamingPath = "path/2021-11-15/functions/"

// Service is an AWS service that an integration calls.
type Service struct {
	Name   string // such as "sqs", "states", "dynamodb": what its endpoint is called
	Region string
	Action string // such as "StartExecution"; "" with a Path
	Path   string // what follows "path/"; "" with an Action
}

// Service reads the URI of an AWS integration:
// arn:aws:apigateway:{region}:{subdomain.service|service}:path|action/{api}. It is nil for another type.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
func (i *Integration) Service() *Service {
	parts := strings.SplitN(i.URI, ":", 6)
	if i.Type != IntegrationAWS || len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" || parts[4] == "" {
		return nil
	}
	out := &Service{Name: parts[4][strings.LastIndexByte(parts[4], '.')+1:], Region: parts[3]}
	var ok bool
	if out.Action, ok = strings.CutPrefix(parts[5], "action/"); ok && out.Action != "" {
		return out
	}
	if out.Path, ok = strings.CutPrefix(parts[5], "path/"); ok {
		out.Action = ""
		return out
	}
	return nil
}
