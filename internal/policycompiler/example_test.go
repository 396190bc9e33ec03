package policycompiler_test

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func needs(pattern, scope string) access.Rule {
	return access.Rule{Pattern: route.MustParse(pattern),
		Requires: []access.Requirement{{Kind: access.Scope, AnyOf: []string{scope}}}}
}

// The pattern for an order also matches its invoice. This caller may not read the invoice, so the policy denies it.
func ExampleCompiler_Append() {
	table, err := access.NewTable([]access.Rule{
		needs("GET /orders", "orders:read"),
		needs("POST /orders", "orders:write"),
		needs("GET /orders/{id}", "orders:read"),
		needs("GET /orders/{id}/invoice", "invoices:read"),
	})
	if err != nil {
		panic(err)
	}
	compiler, err := policycompiler.NewCompiler(table)
	if err != nil {
		panic(err)
	}
	method, err := policycompiler.ParseARN("arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders")
	if err != nil {
		panic(err)
	}
	grant := table.Grant(access.Rights{Scopes: []string{"orders:read"}})
	policy, err := compiler.Append(nil, method.Prefix(), &grant)
	if err != nil {
		panic(err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, policy, "", "  "); err != nil {
		panic(err)
	}
	fmt.Println(&text)
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Effect": "Allow",
	//       "Action": "execute-api:Invoke",
	//       "Resource": [
	//         "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders",
	//         "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders/*"
	//       ]
	//     },
	//     {
	//       "Effect": "Deny",
	//       "Action": "execute-api:Invoke",
	//       "Resource": [
	//         "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders/*/invoice",
	//         "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders/*/invoice/",
	//         "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/*//*"
	//       ]
	//     }
	//   ]
	// }
}

// Each conflict names the routes and a request that shows it.
func ExampleCompiler_Conflicts() {
	table, err := access.NewTable([]access.Rule{
		needs("GET /orders/{id}", "orders:read"),
		needs("GET /orders/{id}/audit", "audit:read"),
		needs("GET /orders/{id}/items/{item}", "orders:read"),
	})
	if err != nil {
		panic(err)
	}
	compiler, err := policycompiler.NewCompiler(table)
	if err != nil {
		panic(err)
	}
	for _, c := range compiler.Conflicts() {
		fmt.Println(c.Request, "would be denied to", c.Rights.Scopes)
	}
	// Output:
	// GET /orders/x/items/audit would be denied to [orders:read]
}
