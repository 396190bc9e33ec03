package plan

// Tenant names what says for which tenant a route's function runs. One of the texts is set.
type Tenant struct {
	Claim  string // a claim of the caller's token
	Key    string // a value that the app's own authorizer function returns
	IsKey  bool   // whether Key is meant, even if it is ""
	Path   string // a parameter of the path, which the route compares with a claim
	IsPath bool   // whether Path is meant, even if it is ""
}

// TenantSource returns what a tenant ID is mapped from, such as "context.authorizer.tenantId", or why an authorizer
// cannot tell the tenant, with the way out.
type TenantSource func(Tenant) (from string, err error)
