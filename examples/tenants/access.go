package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The rules, each in the words of the product.
var (
	tenant = secureapi.PathParameter("tenant")

	// The tenant in the path is one of the caller's tenants.
	member = tenant.In(secureapi.Claim("tenants"))

	// The function runs in an environment of that tenant alone.
	isolated = secureapi.Tenant(tenant)

	// The account in the path is the caller's own.
	owner = secureapi.PathParameter("id").Is(secureapi.Claim("sub"))

	// The caller administers the service.
	admin = secureapi.AnyGroup("admins")

	// The caller's plan is one that costs money.
	paid = secureapi.Claim("plan").OneOf("team", "enterprise")

	// The caller signed in with a second factor.
	secondFactor = secureapi.Claim("amr").Has("mfa")
)

// access is the whole table: several rules on a line must all hold. The function documents is isolated by tenant;
// accounts is not, because its routes name no tenant.
func access(documents, accounts awslambda.IFunction) []secureapi.Route {
	return slices.Concat(
		secureapi.With([]secureapi.Access{member, isolated},
			secureapi.Handle("GET /tenants/{tenant}/documents", documents),
			secureapi.Handle("POST /tenants/{tenant}/documents", documents, secureapi.AnyScope("documents:write")),
			secureapi.Handle("GET /tenants/{tenant}/documents/{document}", documents),
			secureapi.Handle("GET /tenants/{tenant}/reports", documents, paid),
		),
		[]secureapi.Route{
			secureapi.Handle("GET /health", accounts, secureapi.Public("monitors look here; it names no tenant")),
			secureapi.Handle("GET /users/me", accounts), // any valid token
			secureapi.Handle("GET /users/{id}", accounts, secureapi.Either(owner, admin)),
			secureapi.Handle("PUT /users/{id}", accounts, owner),
			secureapi.Handle("DELETE /users/{id}", accounts, admin, secondFactor),
		},
	)
}
