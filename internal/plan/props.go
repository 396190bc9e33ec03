package plan

import "time"

// Props describe an API in plain values.
type Props struct {
	Routes      []Route
	Authorizer  *Authorizer            // the API's own; nil for none
	Authorizers map[string]*Authorizer // further ones, by the name that GuardedBy refers to
	Policy      *ResourcePolicy        // nil for none
	CORS        *CORS                  // nil for none

	// DefaultAccess are the requirements of guarded routes without any of their own.
	DefaultAccess []Access

	Stage   Stage
	RestAPI *RestAPI // nil if the caller sets nothing of it
	Domain  *Domain  // nil for none
	WebACL  string   // its ARN; "" for none

	GatewayResponses map[string]GatewayResponse // by type

	ExplainBadRequests bool   // a 400 says what is wrong with the body
	Models             []Body // that no route has to name

	UsagePlans []UsagePlan

	SecurityPolicy, EndpointAccessMode string // of the API itself, as templates have them

	Conditional bool // the whole API is made where a condition holds
}

// Route is one line of the access table.
type Route struct {
	Pattern string // "GET /orders/{id}"

	// Function numbers the functions, from 1: routes of one function have one number. 0 for a nil one.
	Function int

	Integrated bool // an integration of its own answers it instead of a function

	Access []Access

	SetsAuthorization bool   // its MethodOptions set an authorizer, an authorization type or scopes
	NeedsKey          bool   // its MethodOptions require an API key; of a planned route, its words too
	NeedsNoKey        bool   // its MethodOptions set ApiKeyRequired to false
	OwnValidation     string // the fields of its MethodOptions that are about parameters and bodies
	NoProxy           bool   // its IntegrationOptions turn the proxy integration off
	PassesCredentials bool   // its IntegrationOptions pass the caller's credentials through

	Streams       bool          // its answers are streamed, by a word or its IntegrationOptions
	Buffers       bool          // its IntegrationOptions say that they are not
	Timeout       time.Duration // of its IntegrationOptions; 0 where it is not set or not known
	LambdaOptions bool          // its IntegrationOptions are set
}

// ResourcePolicy limits who reaches the API. The fields are those of secureapi.ResourcePolicy.
type ResourcePolicy struct {
	AllowCIDRs, DenyCIDRs                 []string
	AllowVPCs, DenyVPCs                   []string
	AllowVPCEndpoints, DenyVPCEndpoints   []string
	AllowAccounts, DenyAccounts           []string
	AllowOrganizations, DenyOrganizations []string

	Statements []bool // of each raw statement, whether it is there
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

// Stage is where an API is deployed to.
type Stage struct {
	Name                  string
	RateLimit, BurstLimit int
	NoThrottling          bool
	SetsRetention         bool // AccessLogRetention is set
	NoAccessLogs          bool
	Tracing               bool
	FlushAuthorizerCache  bool
	CacheSize             string // of the cache of answers, in GB
	Canary                *StageCanary
}

// StageCanary is what is checked of a stage's canary.
type StageCanary struct{ Percent float64 }

// RestAPI is what the checks look at in secureapi's RestApiProps.
type RestAPI struct {
	// These fields of RestApiProps are set.
	Policy, DefaultCorsPreflightOptions, DefaultMethodOptions, DefaultIntegration, CloneFrom bool
	EndpointTypes, EndpointConfiguration                                                     bool

	NotDeployed bool // Deploy is false
	Private     bool // the endpoint is PRIVATE, by either field
	Edge        bool // the endpoint is edge-optimized

	EndpointUnknown bool // the type of the endpoint is known only when the stack is deployed

	// Fields of DeployOptions: the name, and whether the others are set.
	StageName                                        *string
	Throttling, AccessLogDestination, TracingEnabled bool

	ResponseCache      bool // DeployOptions turn the cache of answers on, for the stage or a method
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
	NilMediaTypes      []int // which of them are nil
	Compresses         bool  // MinCompressionSize is set

	MethodOptions []string // the keys of DeployOptions.MethodOptions: "/orders/{id}/GET"

	DataTrace       bool   // DeployOptions log requests and answers whole, for the stage or a method
	AccessLogFormat string // of DeployOptions; "" for ours
}

// GatewayResponse is an answer that API Gateway makes itself. The fields are those of secureapi.GatewayResponse.
type GatewayResponse struct {
	StatusCode int
	Headers    map[string]string
	Templates  map[string]string
}
