package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The rules, each in the words of the product.
var (
	// The tenant in the path is one of the caller's tenants.
	member = secureapi.PathParameter("tenant").In(secureapi.Claim("tenants"))

	// The account in the path is the caller's own.
	owner = secureapi.PathParameter("id").Is(secureapi.Claim("sub"))

	// The caller administers the service.
	admin = secureapi.AnyGroup("admins")

	// The caller's plan is one that costs money.
	paid = secureapi.Claim("plan").OneOf("team", "enterprise")

	// The caller signed in with a second factor.
	secondFactor = secureapi.Claim("amr").Has("mfa")
)

// access is the whole table: several rules on a line must all hold.
func access(documents awslambda.IFunction) []secureapi.Route {
	return []secureapi.Route{
		secureapi.Handle("GET /health", documents, secureapi.Public("monitors look here; it names no tenant")),

		secureapi.Handle("GET /tenants/{tenant}/documents", documents, member),
		secureapi.Handle("POST /tenants/{tenant}/documents", documents, member, secureapi.AnyScope("documents:write")),
		secureapi.Handle("GET /tenants/{tenant}/documents/{document}", documents, member),
		secureapi.Handle("GET /tenants/{tenant}/reports", documents, member, paid),

		secureapi.Handle("GET /users/me", documents), // any valid token
		secureapi.Handle("GET /users/{id}", documents, secureapi.Either(owner, admin)),
		secureapi.Handle("PUT /users/{id}", documents, owner),
		secureapi.Handle("DELETE /users/{id}", documents, admin, secondFactor),
	}
}
