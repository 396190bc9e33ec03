//go:build !lambda.norpc || gatehouse_introspection

package authz

// asksIssuers reports whether this program can ask issuers about tokens. Programs that are not functions always can.
const asksIssuers = true

func init() { newEndpoint = newHTTPEndpoint }
