package test

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// reviewed has the settings of a shop's stack. A change modifies them.
type reviewed struct {
	orders  secureapi.Issuer // the issuer of the API's tokens
	more    []secureapi.Issuer
	reports secureapi.Issuer // the issuer of the tokens for /reports, which API Gateway verifies
	clients []string         // the app clients of the user pool that may read /account; nil for all

	routes   []secureapi.Route
	ranges   []string // ranges of addresses
	cors     *secureapi.CORS
	guardTTL time.Duration
	grants   map[string][]string
	keys     []secureapi.Key
	address  bool   // the execute-api endpoint is open
	check    string // the code of the partners' authorizer
	memory   float64
	url      bool // the backend has a function URL

	backend awslambda.Function
}

// before returns the settings before a change.
func before(backend awslambda.Function) *reviewed {
	return &reviewed{
		orders: secureapi.Issuer{
			URL: "https://idp.example.com", Audiences: []string{"shop"}, Clients: []string{"web"}, MaxLifetime: time.Hour,
		},
		reports: secureapi.Issuer{URL: "https://idp.example.com", Audiences: []string{"reports"}},
		clients: []string{"Web"},
		routes: []secureapi.Route{
			secureapi.Handle("GET /health", backend, secureapi.Public("load balancers look here")),
			secureapi.Handle("GET /catalog", backend, secureapi.Public("the catalog is for everyone"),
				secureapi.CacheResponse(5*time.Minute)),
			secureapi.Handle("GET /orders", backend, secureapi.AnyScope("orders:read")),
			secureapi.Handle("POST /orders", backend, secureapi.AnyScope("orders:write"), secureapi.AnyGroup("staff")),
			secureapi.Handle("GET /orders/{id}", backend, secureapi.AnyScope("orders:read")),
			secureapi.Handle("DELETE /orders/{id}", backend, secureapi.GuardedBy("operators")),
			secureapi.Handle("GET /users/{user}/orders", backend,
				secureapi.PathParameter("user").Is(secureapi.Claim("sub"))),
			secureapi.Handle("GET /stock", backend, secureapi.AnyRole("buyer"), secureapi.APIKey()),
			secureapi.Handle("POST /stock", backend, secureapi.AnyRole("buyer"), secureapi.APIKey()),
			secureapi.Handle("GET /prices", backend, secureapi.AnyScope("orders:read"),
				secureapi.FromCIDRs("203.0.113.0/24")),
			secureapi.Handle("GET /reports", backend, secureapi.GuardedBy("reports"),
				secureapi.AnyScope("reports:read"), secureapi.Claim("plan").Is("pro")),
			secureapi.Handle("GET /account", backend, secureapi.GuardedBy("users")),
			secureapi.Handle("POST /partners", backend, secureapi.GuardedBy("partners")),
		},
		ranges:   []string{"203.0.113.0/24", "192.0.2.0/24"},
		cors:     &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
		guardTTL: 5 * time.Minute,
		grants:   map[string][]string{"Bob": {"DELETE /orders/{id}"}},
		keys:     []secureapi.Key{{Name: "partner"}},
		address:  true,
		check:    "exports.handler = async () => { throw new Error('Unauthorized') }",
		memory:   128,
		backend:  backend,
	}
}

// route replaces the requirements of a route.
func (r *reviewed) route(pattern string, access ...secureapi.Access) {
	r.routes[r.place(pattern)] = secureapi.Handle(pattern, r.backend, access...)
}

// add adds a route.
func (r *reviewed) add(pattern string, access ...secureapi.Access) {
	r.routes = append(r.routes, secureapi.Handle(pattern, r.backend, access...))
}

// remove removes a route.
func (r *reviewed) remove(pattern string) {
	r.routes = slices.Delete(r.routes, r.place(pattern), r.place(pattern)+1)
}

func (r *reviewed) place(pattern string) int {
	return slices.IndexFunc(r.routes, func(have secureapi.Route) bool { return have.Pattern == pattern })
}

// changes are typical changes of a stack. Each needs a synthesis, so go test tries only those that are marked.
var changes = []struct {
	name   string
	change func(*reviewed)
	always bool
}{
	{"nothing", func(*reviewed) {}, true},
	{"memory of a function", func(r *reviewed) { r.memory = 512 }, false},
	{"requirements in another order", func(r *reviewed) {
		r.route("POST /orders", secureapi.AnyGroup("staff"), secureapi.AnyScope("orders:write"))
	}, false},
	{"a route becomes public", func(r *reviewed) {
		r.route("GET /orders/{id}", secureapi.Public("orders are for everyone"))
	}, true},
	{"another group", func(r *reviewed) {
		r.route("POST /orders", secureapi.AnyScope("orders:write"), secureapi.AnyGroup("staff", "interns"))
	}, true},
	{"a further scope is enough", func(r *reviewed) {
		r.route("GET /orders/{id}", secureapi.AnyScope("orders:read", "orders:audit"))
	}, false},
	{"a requirement is dropped", func(r *reviewed) { r.route("POST /orders", secureapi.AnyScope("orders:write")) }, false},
	{"a requirement is added", func(r *reviewed) {
		r.route("GET /orders/{id}", secureapi.AnyScope("orders:read"), secureapi.AnyGroup("staff"))
	}, false},
	{"one requirement for another", func(r *reviewed) {
		r.route("GET /orders/{id}", secureapi.AnyScope("orders:list"))
	}, false},
	{"an alternative to ownership", func(r *reviewed) {
		r.route("GET /users/{user}/orders", secureapi.Either(
			secureapi.PathParameter("user").Is(secureapi.Claim("sub")), secureapi.AnyRole("support")))
	}, false},
	{"ownership is dropped", func(r *reviewed) { r.route("GET /users/{user}/orders", secureapi.AnyCaller()) }, false},
	{"ownership by a list", func(r *reviewed) {
		r.route("GET /users/{user}/orders", secureapi.PathParameter("user").In(secureapi.Claim("teams")))
	}, false},
	{"a new issuer", func(r *reviewed) {
		r.more = append(r.more, secureapi.Google("1234.apps.googleusercontent.com"))
	}, true},
	{"a new audience", func(r *reviewed) { r.orders.Audiences = []string{"shop", "desk"} }, true},
	{"an issuer is dropped for another", func(r *reviewed) { r.orders.URL = "https://login.example.org" }, false},
	{"another client of the issuer", func(r *reviewed) { r.orders.Clients = []string{"web", "cli"} }, false},
	{"tokens with a longer lifetime", func(r *reviewed) { r.orders.MaxLifetime = 24 * time.Hour }, false},
	{"tokens that are bound to a key", func(r *reviewed) { r.orders.AcceptBoundTokens = true }, false},
	{"a condition of API Gateway's own authorizer is dropped", func(r *reviewed) {
		r.route("GET /reports", secureapi.GuardedBy("reports"), secureapi.AnyScope("reports:read"))
	}, false},
	{"another client of the user pool", func(r *reviewed) { r.clients = []string{"Web", "Cli"} }, false},
	{"a grant", func(r *reviewed) { r.grants["Eve"] = []string{"DELETE /orders/{id}"} }, true},
	{"a grant is withdrawn", func(r *reviewed) { delete(r.grants, "Bob") }, false},
	{"no range of addresses any more", func(r *reviewed) { r.ranges = nil }, true},
	{"a wider range of addresses", func(r *reviewed) { r.ranges = []string{"203.0.113.0/24", "192.0.2.0/23"} }, false},
	{"a narrower range of addresses", func(r *reviewed) { r.ranges = []string{"203.0.113.0/24"} }, false},
	{"a route is open to other addresses", func(r *reviewed) {
		r.route("GET /prices", secureapi.AnyScope("orders:read"))
	}, false},
	{"a further origin", func(r *reviewed) {
		r.cors.AllowOrigins = append(r.cors.AllowOrigins, "https://desk.example.com")
	}, true},
	{"pages send cookies", func(r *reviewed) { r.cors.AllowCredentials = true }, false},
	{"answers are kept for longer", func(r *reviewed) {
		r.route("GET /catalog", secureapi.Public("the catalog is for everyone"), secureapi.CacheResponse(time.Hour))
	}, true},
	{"policies are kept for longer", func(r *reviewed) { r.guardTTL = time.Hour }, false},
	{"a route needs no key any more", func(r *reviewed) { r.route("GET /stock", secureapi.AnyRole("buyer")) }, false},
	{"a further key", func(r *reviewed) { r.keys = append(r.keys, secureapi.Key{Name: "reseller"}) }, false},
	{"a new route for everyone", func(r *reviewed) {
		r.add("GET /news", secureapi.Public("news are for everyone"))
	}, false},
	{"a new route in the way of another", func(r *reviewed) {
		r.add("GET /orders/recent", secureapi.AnyCaller())
	}, false},
	{"a route is gone", func(r *reviewed) { r.remove("GET /stock") }, false},
	{"every verb in place of one", func(r *reviewed) {
		r.remove("GET /orders/{id}")
		r.add("ANY /orders/{id}", secureapi.AnyScope("orders:read"))
	}, false},
	{"another guard", func(r *reviewed) { r.route("POST /orders", secureapi.GuardedBy("operators")) }, false},
	{"other code of an authorizer of the app's own", func(r *reviewed) {
		r.check = "exports.handler = async () => { throw new Error('Unauthorized')  }"
	}, true},
	{"a function URL past the API", func(r *reviewed) { r.url = true }, false},
	{"the endpoint without a custom domain is closed", func(r *reviewed) { r.address = false }, false},
}

// newReviewed makes the stack after a change.
func newReviewed(app awscdk.App, change func(*reviewed)) {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	r := before(awslambda.NewFunction(stack, jsii.String("Backend"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({ statusCode: 200 })")),
	}))
	change(r)
	check := awslambda.NewFunction(stack, jsii.String("Check"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(&r.check),
	})
	pool := awscognito.NewUserPool(stack, jsii.String("Users"), nil)
	var clients []awscognito.IUserPoolClient
	for _, name := range []string{"Web", "Cli"} {
		client := pool.AddClient(&name, nil)
		if slices.Contains(r.clients, name) {
			clients = append(clients, client)
		}
	}
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: append([]secureapi.Issuer{r.orders}, r.more...)}, CacheTTL: r.guardTTL,
		},
		Authorizers: map[string]secureapi.Authorizer{
			"operators": secureapi.IAMAuthorizer{},
			"reports":   secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{r.reports}},
			"users":     secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}, Clients: clients},
			"partners":  secureapi.TokenAuthorizer{Function: check},
		},
		Routes:         r.routes,
		ResourcePolicy: r.resourcePolicy(),
		CORS:           r.cors,
		UsagePlans:     []secureapi.UsagePlan{{Name: "partners", Keys: r.keys}},
		RestApiProps: &awsapigateway.RestApiProps{
			CloudWatchRole: jsii.Bool(false), DisableExecuteApiEndpoint: jsii.Bool(!r.address),
		},
	})
	for _, name := range []string{"Bob", "Eve"} {
		role := awsiam.NewRole(stack, &name, &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
		if patterns := r.grants[name]; patterns != nil {
			api.GrantInvoke(role, patterns...)
		}
	}
	if r.url {
		r.backend.AddFunctionUrl(&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_AWS_IAM})
	}
}

func (r *reviewed) resourcePolicy() *secureapi.ResourcePolicy {
	if r.ranges == nil {
		return nil
	}
	return &secureapi.ResourcePolicy{AllowCIDRs: r.ranges}
}
