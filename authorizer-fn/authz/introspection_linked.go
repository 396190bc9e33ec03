//go:build gatehouse_introspection

package authz

func init() { newEndpoint = askOver }
