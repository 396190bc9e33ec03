// Package tenant has the rules of AWS Lambda's tenant isolation: which text is a tenant ID, and how API Gateway passes
// it to a function.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html and
// https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
package tenant

import (
	"fmt"
	"strings"
)

// PerTenant is the TenantIsolationMode of functions with an execution environment for each tenant. There is no other
// mode. Source: https://docs.aws.amazon.com/lambda/latest/api/API_TenancyConfig.html
const PerTenant = "PER_TENANT"

// Parameter is the request parameter of an integration that passes the tenant ID, in the header X-Amz-Tenant-Id of
// Lambda's Invoke.
const Parameter = "integration.request.header.X-Amz-Tenant-Id"

// MaxID is the number of characters that a tenant ID may have.
const MaxID = 256

// Sample is a tenant ID for examples and for tokens that try a route.
const Sample = "acme"

// Check returns why a text is not a tenant ID. Lambda accepts 1 to 256 letters, digits, spaces and . _ : / = + - @. It
// gets the ID in a header, and HTTP removes spaces at the ends of a header's value, so " acme" would be the tenant
// "acme". Such a text is refused too.
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

// Valid reports whether a text is a tenant ID.
func Valid(id string) bool { return Check(id) == nil }

func accepted(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._:/=+-@ ", c) >= 0
}

// keyPrefix is the prefix of the names that [Key] returns.
const keyPrefix = "tenantId_"

// Key returns the name under which the included authorizer returns the tenant ID in a claim, such as "tenantId_org" for
// the claim org. Each claim has a name of its own. API Gateway caches the authorizer's answer for all routes, also
// across deployments, so a name must never stand for another claim.
//
// Letters and digits of the claim are kept. Any other byte becomes an underscore and two hexadecimal digits, because a
// mapping expression does not take all characters.
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
