package plan

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// Props describes an API in plain values.
type Props struct {
	Routes      []Route
	Authorizer  *Authorizer            // the API's own; may be nil
	Authorizers map[string]*Authorizer // further ones, by the name that GuardedBy refers to
	Policy      *ResourcePolicy        // may be nil
	CORS        *CORS                  // may be nil

	// DefaultAccess has the requirements of guarded routes that state none.
	DefaultAccess []Access

	Stage   Stage
	RestAPI *RestAPI       // nil if the caller sets none of it
	Domain  *domain.Domain // may be nil
	WebACL  string         // its ARN; "" for none

	GatewayResponses map[string]GatewayResponse // by type

	ExplainBadRequests bool   // whether a 400 explains what is wrong with the body
	Models             []Body // those that need not belong to a route

	UsagePlans []UsagePlan

	SecurityPolicy, EndpointAccessMode string // of the API itself, as in templates

	Conditional bool // whether the whole API is created only where a condition holds
}

// Route is one line of the access table.
type Route struct {
	Pattern string // "GET /orders/{id}"

	// Function numbers the functions from 1: routes that share a function have one number. It is 0 for a nil function.
	Function int

	Integrated bool // whether an integration of its own answers it instead of a function

	Access []Access

	SetsAuthorization bool   // its MethodOptions set an authorizer, an authorization type or scopes
	NeedsKey          bool   // its MethodOptions require an API key; in a planned route, its words may too
	NeedsNoKey        bool   // its MethodOptions set ApiKeyRequired to false
	OwnValidation     string // the MethodOptions fields that it sets for parameters and bodies
	NoProxy           bool   // its IntegrationOptions turn the proxy integration off
	PassesCredentials bool   // its IntegrationOptions pass the caller's credentials through

	Streams       bool          // its answers are streamed, by a word or by its IntegrationOptions
	Buffers       bool          // its IntegrationOptions turn streaming off
	Invokes       bool          // its integration invokes a function, for which it may have a tenant
	Calls         bool          // its integration calls a service, and adds the caller to the call itself
	OwnTenant     bool          // its IntegrationOptions map X-Amz-Tenant-Id
	Isolated      bool          // its function has tenant isolation; set if DefaultAccess has a Tenant
	Timeout       time.Duration // of its IntegrationOptions; 0 if not set or not known
	LambdaOptions bool          // its IntegrationOptions are set
}

// ResourcePolicy limits who can reach the API. The fields are those of secureapi.ResourcePolicy.
type ResourcePolicy struct {
	AllowCIDRs, DenyCIDRs                 []string
	AllowVPCs, DenyVPCs                   []string
	AllowVPCEndpoints, DenyVPCEndpoints   []string
	AllowAccounts, DenyAccounts           []string
	AllowOrganizations, DenyOrganizations []string

	Statements []bool // for each raw statement, whether it is non-nil
}

// CORS lets pages of other origins call the API. The fields are those of secureapi.CORS.
type CORS struct {
	AllowOrigins     []string
	AllowHeaders     []string
	ExposeHeaders    []string
	AllowMethods     []string
	AllowCredentials bool
	MaxAge           time.Duration
}

// Stage is the stage that an API is deployed to.
type Stage struct {
	Name                  string
	RateLimit, BurstLimit int
	NoThrottling          bool
	SetsRetention         bool // whether AccessLogRetention is set
	NoAccessLogs          bool
	Tracing               bool
	FlushAuthorizerCache  bool
	CacheSize             string // of the response cache, in GB
	Canary                *StageCanary
}

// StageCanary has the parts of a stage's canary that are checked.
type StageCanary struct {
	Percent   float64
	Variables map[string]string
}

// RestAPI has the parts of secureapi's RestApiProps that are checked.
type RestAPI struct {
	// Whether these fields of RestApiProps are set.
	Policy, DefaultCorsPreflightOptions, DefaultMethodOptions, DefaultIntegration, CloneFrom bool
	EndpointTypes, EndpointConfiguration                                                     bool

	NotDeployed bool // Deploy is false
	Private     bool // the endpoint is PRIVATE, by either field
	Edge        bool // the endpoint is edge-optimized

	EndpointUnknown bool // the endpoint's type is known only at deployment

	// Fields of DeployOptions: the name, and whether the others are set.
	StageName                                        *string
	Variables                                        map[string]string
	Throttling, AccessLogDestination, TracingEnabled bool

	ResponseCache      bool // DeployOptions turn the response cache on, for the stage or a method
	CacheCluster       bool // DeployOptions have CacheClusterEnabled or CacheClusterSize
	NoCacheCluster     bool // DeployOptions set CacheClusterEnabled to false
	KeysFromAuthorizer bool // ApiKeySourceType is AUTHORIZER
	KeysFromHeader     bool // ApiKeySourceType is HEADER
	MutualTLS          bool // DomainName asks for client certificates
	EnhancedTLS        bool // DomainName has an enhanced security policy, of a Region
	NoExecuteAPI       bool // DisableExecuteApiEndpoint is true
	KeepsExecuteAPI    bool // DisableExecuteApiEndpoint is false
	DomainName         bool // DomainName is set
	BinaryMediaTypes   []string
	NilMediaTypes      []int // the indexes of nil entries
	Compresses         bool  // MinCompressionSize is set

	MethodOptions []string // the keys of DeployOptions.MethodOptions: "/orders/{id}/GET"

	DataTrace       bool   // DeployOptions log whole requests and answers, for the stage or a method
	AccessLogFormat string // of DeployOptions; "" for the default format
}

// GatewayResponse is an answer that API Gateway gives itself. The fields are those of secureapi.GatewayResponse.
type GatewayResponse struct {
	StatusCode int
	Headers    map[string]string
	Templates  map[string]string
}
