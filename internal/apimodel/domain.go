package apimodel

// Domain is a custom domain, as far as it says who may call the APIs behind it. It is not served here.
type Domain struct {
	ID
	Name string // such as "shop.example.com"; "" if it is not known

	// Outside says that the domain is not in the assembly, so that it may ask for a certificate.
	Outside bool

	// Truststore is where the certificates are that a caller needs one of (mutual TLS), such as "s3://bucket/key", with
	// "version" and the version after it where there is one; "" if the domain asks for no certificate.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
	Truststore string

	Mappings []Mapping
}

// Mapping is a stage of an API behind a path of a domain.
type Mapping struct {
	API   *API
	Stage string // "" if callers name it in the path
	Path  string // without slashes at its ends; "" for all of the domain
}
