// Package tenant has the rules of AWS Lambda's tenant isolation: which string is a tenant ID, and how API Gateway
// passes it to a function. The included authorizer, the plan, the rules and the local gateway apply the same rules.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html and
// https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
package tenant

import (
	"fmt"
	"strings"
)

// PerTenant is the only TenantIsolationMode. Lambda then runs a function in separate execution environments for each
// tenant. Source: https://docs.aws.amazon.com/lambda/latest/api/API_TenancyConfig.html
const PerTenant = "PER_TENANT"

// Parameter is the request parameter of an integration that passes the tenant ID, in the header X-Amz-Tenant-Id of
// Lambda's Invoke.
const Parameter = "integration.request.header.X-Amz-Tenant-Id"

// MaxID is the maximum length of a tenant ID in characters.
const MaxID = 256

// Sample is the tenant ID in examples and in the tokens of sample requests.
const Sample = "acme"

// Check returns an error that says why a string is not a tenant ID. Lambda accepts 1 to 256 letters, digits, spaces and
// . _ : / = + - @. Check also refuses a space at either end: the ID is the value of a header, from whose ends HTTP
// removes spaces, so " acme" would be the tenant "acme".
//
// Sources: TenantId (X-Amz-Tenant-Id) in https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, with the
// pattern [a-zA-Z0-9\._:\/=+\-@ ]+; https://www.rfc-editor.org/rfc/rfc9110#section-5.5
func Check(id string) error {
	if n := len(id); n == 0 || n > MaxID {
		return fmt.Errorf("it has %d characters: want 1 to %d", n, MaxID)
	}
	for i := range len(id) {
		if !accepted(id[i]) {
			return fmt.Errorf("it has %q: want letters, digits, spaces and . _ : / = + - @", id[i:i+1])
		}
	}
	if strings.TrimSpace(id) != id {
		return fmt.Errorf("it begins or ends with a space, which HTTP removes from the header")
	}
	return nil
}

// Valid reports whether a string is a tenant ID.
func Valid(id string) bool { return Check(id) == nil }

func accepted(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._:/=+-@ ", c) >= 0
}

// keyPrefix is the prefix of the names that [Key] returns.
const keyPrefix = "tenantId_"

// Key returns the name of the context value in which the included authorizer returns the tenant ID of a claim, such as
// "tenantId_org" for the claim org. Different claims have different names, because API Gateway caches the authorizer's
// answer for all routes and across deployments.
//
// Letters and digits of the claim are kept. Any other byte becomes an underscore and two hexadecimal digits, because
// mapping expressions do not allow all characters.
func Key(claim string) string {
	const hex = "0123456789ABCDEF"
	b := []byte(keyPrefix)
	for i := range len(claim) {
		c := claim[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			b = append(b, c)
		} else {
			b = append(b, '_', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// IsKey reports whether a name has the form of [Key].
func IsKey(name string) bool { return strings.HasPrefix(name, keyPrefix) }
