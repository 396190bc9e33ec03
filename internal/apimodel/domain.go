package apimodel

// Domain is a custom domain that callers from the internet reach, with what it says about who may call the APIs behind
// it.
type Domain struct {
	ID
	Name string // such as "shop.example.com"; "" if it is not known

	// Outside reports whether the domain is not in the assembly, so that it may require a certificate.
	Outside bool

	// Truststore is the location of the client certificates that the domain accepts (mutual TLS), such as
	// "s3://bucket/key", followed by "version" and the version if there is one; "" if the domain requires no certificate.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
	Truststore string

	Routing  RoutingMode
	Rules    []*RoutingRule // by priority
	Mappings []Mapping
}

// Mapping is a stage of an API behind a path of a domain.
type Mapping struct {
	API   *API   // nil if it is not a REST API of the assembly
	Stage string // "" if callers name it in the path
	Path  string // without slashes at its ends; "" for all of the domain
}
