package accesslog

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// variable returns a variable's value in an entry, or "".
type variable func(*Entry) string

// variables are the variables that only access logs have. The others are also variables of mapping templates and
// gateway responses; see [mapping.ContextVariable].
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
// and, for streamed answers,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-troubleshoot.html
var variables = map[string]variable{
	"status":          func(e *Entry) string { return number(e.Status) },
	"responseLatency": func(e *Entry) string { return milliseconds(e.Latency) },
	"responseLength":  func(e *Entry) string { return strconv.FormatInt(e.Length, 10) },
	"deploymentId":    func(e *Entry) string { return e.DeploymentID },
	"endpointType":    func(e *Entry) string { return e.EndpointType },

	"authenticate.error":   func(e *Entry) string { return e.authenticate().error },
	"authenticate.latency": func(e *Entry) string { return e.authenticate().latency() },
	"authenticate.status":  func(e *Entry) string { return number(e.authenticate().status) },

	"authorizer.error":              func(e *Entry) string { return e.authorizer().error },
	"authorizer.integrationLatency": func(e *Entry) string { return e.ofFunction(milliseconds(e.Verdict.AuthorizerTime)) },
	"authorizer.integrationStatus":  func(e *Entry) string { return e.ofFunction("200") },
	"authorizer.latency":            func(e *Entry) string { return e.authorizer().latency() },
	"authorizer.requestId":          func(e *Entry) string { return e.AuthorizerRequestID },
	"authorizer.status":             func(e *Entry) string { return number(e.authorizer().status) },

	"authorize.error":   func(e *Entry) string { return e.authorize().error },
	"authorize.latency": func(e *Entry) string { return e.authorize().latency() },
	"authorize.status":  func(e *Entry) string { return number(e.authorize().status) },

	"integration.error":             integrationError,
	"integrationErrorMessage":       integrationError,
	"integration.integrationStatus": serviceStatus,
	"integrationStatus":             serviceStatus,
	"integration.latency":           integrationLatency,
	"integrationLatency":            integrationLatency,
	"integration.requestId":         integrationRequestID,
	"awsEndpointRequestId":          integrationRequestID,
	"integration.status":            func(e *Entry) string { return number(e.Integration.Status) },

	"integration.responseTransferMode": transferMode,
	"integration.timeToAllHeaders":     timeToAllHeaders,

	"customDomain.basePathMatched":      basePath,
	"customDomain.routingRuleIdMatched": func(e *Entry) string { return e.Source.Request.Rule },
}

// unknown are variables of access logs whose values the local gateway does not have, such as those of web ACLs and TLS.
var unknown = []string{
	"awsEndpointRequestId2",
	"cipherSuite",
	"integration.timeToFirstContent",
	"isCanaryRequest",
	"responseOverride.status",
	"tlsVersion",
	"waf.error",
	"waf.latency",
	"waf.status",
	"wafResponseCode",
	"webaclArn",
}

// unknownGroups are prefixes of such variables whose names end in a name that the API's author chooses.
var unknownGroups = []string{
	"requestOverride.header.",
	"requestOverride.path.",
	"requestOverride.querystring.",
	"responseOverride.header.",
}

// variableOf returns the variable with a name, or nil if access logs have no such variable.
func variableOf(name string) variable {
	if get, ok := variables[name]; ok {
		return get
	}
	isUnknown := slices.Contains(unknown, name) ||
		slices.ContainsFunc(unknownGroups, func(group string) bool {
			return strings.HasPrefix(name, group) && name != group
		})
	if isUnknown {
		return func(*Entry) string { return "" }
	}
	get, err := mapping.ContextVariable(name)
	if err != nil {
		return nil
	}
	if strings.HasPrefix(name, "error.") {
		return func(e *Entry) string {
			if e.Failure == nil || e.Failure.Message == "" && name == messageString {
				return ""
			}
			return get(e.Source, e.Failure)
		}
	}
	return func(e *Entry) string { return get(e.Source, e.Failure) }
}

func integrationError(e *Entry) string { return e.Integration.Error }

func serviceStatus(e *Entry) string { return number(e.Integration.ServiceStatus) }

func integrationLatency(e *Entry) string {
	if !e.Integration.Called {
		return ""
	}
	return milliseconds(e.Integration.Latency)
}

func integrationRequestID(e *Entry) string { return e.Integration.RequestID }

func transferMode(e *Entry) string {
	switch {
	case !e.Integration.Called:
		return ""
	case e.Integration.Streamed:
		return "STREAMED"
	}
	return "BUFFERED"
}

func timeToAllHeaders(e *Entry) string {
	if !e.Integration.Streamed {
		return ""
	}
	return milliseconds(e.Integration.ToAllHeaders)
}

// basePath returns the base path of a custom domain's mapping. For the root it is "(none)". "API Gateway only populates
// the context variable for the routing mechanism it used", so a routing rule has none.
//
// Sources: "customDomain_basePathMatched" in https://github.com/DataBiosphere/azul/issues/6284 and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules-troubleshoot.html
func basePath(e *Entry) string {
	r := e.Source.Request
	switch {
	case !r.Domain || r.Rule != "":
		return ""
	case strings.Trim(r.Base, "/") == "":
		return "(none)"
	}
	return strings.Trim(r.Base, "/")
}

// phase is a phase of a request's authorization.
type phase struct {
	status int // 0 if the request did not have the phase
	error  string
	took   time.Duration
}

func (p phase) latency() string {
	if p.status == 0 {
		return ""
	}
	return milliseconds(p.took)
}

// These are the checks of each phase, by the names in [checks.Step].
var (
	authenticateChecks = []string{"signature"}
	authorizerChecks   = []string{"identity source", "cache", "authorizer", "token", "audience", "claims", "scopes"}
	authorizeChecks    = []string{"resource policy", "policy"}
)

// notAuthorized is the error of the authorize phase.
// Source: https://techdevlabs.pages.dev/aws-api-gateway/troubleshoot-access-denied-403-forbidden-error-in-aws-api-gateway
const notAuthorized = "The client is not authorized to perform this operation."

// authenticate returns the phase that "is only present when AWS Identity and Access Management (IAM) authorizers are
// used". Source of this and the next two:
// https://aws.amazon.com/blogs/compute/troubleshooting-amazon-api-gateway-with-enhanced-observability-variables/
func (e *Entry) authenticate() phase {
	if e.Verdict.Authorizer != "AWS_IAM" {
		return phase{}
	}
	return e.phase(authenticateChecks)
}

// authorizer returns the phase that "is only present when a Lambda, JWT, or Amazon Cognito authorizer is used".
func (e *Entry) authorizer() phase {
	switch e.Verdict.Authorizer {
	case "TOKEN", "REQUEST", "COGNITO_USER_POOLS", "JWT":
		p := e.phase(authorizerChecks)
		p.took = e.Verdict.AuthorizerTime
		return p
	}
	return phase{}
}

// authorize returns the phase that "is only present when a Lambda or IAM authorizer is used".
func (e *Entry) authorize() phase {
	switch e.Verdict.Authorizer {
	case "TOKEN", "REQUEST", "AWS_IAM":
	default:
		return phase{}
	}
	p := e.phase(authorizeChecks)
	switch {
	case p.status >= http.StatusBadRequest:
		p.error = notAuthorized
	case !slices.ContainsFunc(e.Verdict.Trace, func(s checks.Step) bool { return s.Check == "policy" }):
		return phase{} // another phase refused the request before the authorizer's policy was evaluated
	}
	return p
}

// phase returns the phase that has the named checks. Its status is 200 if all checks passed, and otherwise that of the
// denial.
func (e *Entry) phase(names []string) (p phase) {
	for _, step := range e.Verdict.Trace {
		if !slices.Contains(names, step.Check) {
			continue
		}
		p.status = http.StatusOK
		if d := e.Verdict.Denial; !step.Passed && d != nil {
			return phase{status: d.StatusCode(), error: d.Message}
		}
	}
	return p
}

// ofFunction returns value if the authorizer's function was invoked, and "" otherwise.
func (e *Entry) ofFunction(value string) string {
	if e.AuthorizerRequestID == "" {
		return ""
	}
	return value
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
