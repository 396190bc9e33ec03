package apimodel

import (
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// The types of integration.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
const (
	IntegrationProxy     = "AWS_PROXY" // a Lambda function
	IntegrationAWS       = "AWS"       // an AWS service, or a Lambda function whose event a template makes
	IntegrationHTTP      = "HTTP"
	IntegrationHTTPProxy = "HTTP_PROXY"
	IntegrationMock      = "MOCK"
)

// Integration is what answers a method.
type Integration struct {
	Type       string // such as IntegrationProxy
	HTTPMethod string // the method of calls to the integration; "" for IntegrationMock
	URI        string

	// Function is the function that URI invokes; nil for none. Qualifier is its alias or version, or "" for the latest
	// code. If stage variables name the function, these are the values for all stages or, if stages differ, for one of
	// them: see [Integration.FunctionOn].
	Function  *Function
	Qualifier string
	byStage   targets

	Credentials       string        // the ARN of a role, or "arn:aws:iam::*:user/*" for the caller's credentials
	Timeout           time.Duration // default 29 s
	Passthrough       string        // WHEN_NO_MATCH, the default, WHEN_NO_TEMPLATES or NEVER
	ContentHandling   string        // CONVERT_TO_BINARY, CONVERT_TO_TEXT or ""
	RequestParameters map[string]string
	RequestTemplates  map[string]string // by content type
	Responses         []IntegrationResponse

	// UnreadParameters and UnreadTemplates are the entries of RequestParameters and RequestTemplates that are not
	// resolved, in the form of [cloudassembly.Written]; nil for none. If the whole property is not resolved, its name
	// is "".
	UnreadParameters, UnreadTemplates map[string]string

	// VPCLink is the VPC link through which an HTTP integration is called: its path in the assembly, or the ID of another
	// one; "" for the internet. Target is the load balancer that a VPC link V2 leads to: its path in the assembly, or as
	// "app/orders/50dc6c495c0c9188"; "" for VPC links V1, which have one target.
	VPCLink, Target string

	Streams bool // the answer is passed on as it arrives: ResponseTransferMode is STREAM

	CacheKeys []string // request parameters of the cache key, besides the method and its resource
}

// IntegrationResponse maps the integration's answer to a method response.
type IntegrationResponse struct {
	StatusCode       string
	SelectionPattern string            // a regular expression; "" for the default response
	Parameters       map[string]string // such as "method.response.header.Vary": "'Origin'"
	Templates        map[string]string // by content type
	ContentHandling  string
}

// FunctionOn returns the function that the integration invokes on a stage, and its alias or version; nil if it has
// none.
func (i *Integration) FunctionOn(s *Stage) (f *Function, qualifier string) {
	t := i.byStage.on(s, target{function: i.Function, qualifier: i.Qualifier})
	return t.function, t.qualifier
}

// Tenant returns what the tenant ID is mapped from, such as "context.authorizer.tenantId", or "" for no tenant ID.
// Header names have no case. Only a Lambda function has tenants.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
func (i *Integration) Tenant() string {
	if i.Function == nil {
		return ""
	}
	for name, from := range i.RequestParameters {
		if strings.EqualFold(name, tenant.Parameter) {
			return from
		}
	}
	return ""
}

// uses returns the IDs of the objects that the integration needs on a stage.
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
