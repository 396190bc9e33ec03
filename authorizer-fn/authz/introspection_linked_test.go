package authz

// The tests have what functions are built with [IntrospectionTag] for.
func init() { newEndpoint = askOver }
