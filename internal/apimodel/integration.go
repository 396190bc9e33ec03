package apimodel

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
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

// Service is an AWS service that an integration calls.
type Service struct {
	Name   string // such as "sqs", "states", "dynamodb": what its endpoint is called
	Region string
	Action string // such as "StartExecution"; "" with a Path
	Path   string // what follows "path/"; "" with an Action
}

// Service reads the URI of an AWS integration. It is nil for another type, and for a URI that calls nothing.
func (i *Integration) Service() *Service {
	u, ok := serviceuri.Parse(i.URI)
	if !ok || i.Type != IntegrationAWS {
		return nil
	}
	if action := u.Action(); action != "" {
		return &Service{Name: u.Service, Region: u.Region, Action: action}
	}
	if path, ok := u.Path(); ok {
		return &Service{Name: u.Service, Region: u.Region, Path: path}
	}
	return nil
}
