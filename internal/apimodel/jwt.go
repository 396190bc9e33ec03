package apimodel

// JWT holds the settings with which a JWT authorizer verifies tokens.
// Sources: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtConfiguration.html, API_JwtIssuer.html and
// API_JwtAdditionalClaim.html
type JWT struct {
	Algorithms []string // for all issuers: any of RS256, RS384, RS512, ES256, ES384 and ES512
	Issuers    []JWTIssuer
}

// JWTIssuer is an issuer that a JWT authorizer trusts.
type JWTIssuer struct {
	URL       string     // the exact iss of its tokens
	Audiences []string   // a token must be for one of them
	Claims    []JWTClaim // conditions besides those that apply to every token
}

// JWTClaim is a condition on a claim of an issuer's tokens.
type JWTClaim struct {
	Name     string // the name of a top-level claim
	Value    string // the required value; "" for any text
	Required bool   // whether a token without the claim is rejected
}
