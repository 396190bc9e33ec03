package secureapi

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// Authorizer guards routes: a [TokenAuthorizer], a [RequestAuthorizer], a [CognitoAuthorizer] or an [IAMAuthorizer].
type Authorizer interface {
	// kind is what the authorizer is called in errors.
	kind() string

	// check says what is wrong with the authorizer, seen by itself.
	check() []error

	// enforces says why the authorizer cannot enforce a route's requirements, with the way out; nil if it can.
	enforces(requires []access.Requirement) error

	// headers are the request headers it reads, for the preflight's answer.
	headers() []string

	// attach makes what the API's methods refer to.
	attach(b *builder, g *guard) attached
}

var (
	_ Authorizer = TokenAuthorizer{}
	_ Authorizer = RequestAuthorizer{}
	_ Authorizer = CognitoAuthorizer{}
	_ Authorizer = IAMAuthorizer{}
)

// attached is an authorizer as methods refer to it.
type attached struct {
	authorizationType awsapigateway.AuthorizationType
	authorizer        awsapigateway.IAuthorizer // nil for IAM
	fingerprint       map[string]any            // what the deployment depends on; may hold CDK tokens
}

// NoCache turns an authorizer's cache off: it is asked on every request.
const NoCache time.Duration = -1

// API Gateway's bounds of an authorizer's cache.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
const (
	defaultCacheTTL = 300 * time.Second
	maxCacheTTL     = 3600 * time.Second
)

// cacheTTL gives an authorizer's CacheTTL its default and checks its bounds; 0 says that the cache is off.
func cacheTTL(d time.Duration) (time.Duration, error) {
	switch {
	case d == 0:
		return defaultCacheTTL, nil
	case d == NoCache:
		return 0, nil
	case d < 0:
		return 0, fmt.Errorf("CacheTTL %s is negative: give a time up to 1h0m0s, 0 for API Gateway's default of 5m0s, or NoCache", d)
	case d > maxCacheTTL:
		return 0, fmt.Errorf("CacheTTL %s is over API Gateway's maximum of 1h0m0s (3600 seconds)", d)
	case d%time.Second != 0:
		return 0, fmt.Errorf("CacheTTL %s is not in whole seconds, as API Gateway takes it", d)
	}
	return d, nil
}

// checkHeader says what is wrong with the name of a header (RFC 9110, section 5.6.2: a token).
func checkHeader(name string) error {
	if unresolved(name) {
		return nil
	}
	if name == "" {
		return fmt.Errorf("a header without a name")
	}
	if bare, found := strings.CutPrefix(name, "method.request.header."); found {
		return fmt.Errorf("header %q: want its name alone: %q", name, bare)
	}
	for _, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) {
			return fmt.Errorf("header %q: a header's name does not hold %q", name, c)
		}
	}
	return nil
}

// unresolved tells whether a string holds a CDK token, whose value is known only when the stack is deployed, so that
// checks of the literal text do not apply. It reads the text, as asking CDK would start its kernel.
func unresolved(s string) bool { return strings.Contains(s, "${Token[") || unresolvedList(s) }

// unresolvedList tells whether a string stands for a whole list that is known only when the stack is deployed. It is the
// only element of one, and cannot be a part of a text.
func unresolvedList(s string) bool { return strings.Contains(s, "#{Token[") }
