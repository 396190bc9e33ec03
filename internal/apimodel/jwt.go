package apimodel

// JWT is what a JWT authorizer verifies tokens by.
// Sources: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtConfiguration.html, API_JwtIssuer.html and
// API_JwtAdditionalClaim.html
type JWT struct {
	Algorithms []string // of all issuers: some of RS256, RS384, RS512, ES256, ES384 and ES512
	Issuers    []JWTIssuer
}

// JWTIssuer is an issuer that a JWT authorizer trusts.
type JWTIssuer struct {
	URL       string     // what its tokens have as iss, to the letter
	Audiences []string   // of which a token has to be for one
	Claims    []JWTClaim // beside those that each token has to have
}

// JWTClaim is a condition on a claim of an issuer's tokens.
type JWTClaim struct {
	Name     string // of a claim at the top level
	Value    string // that the claim is compared with; "" if any text will do
	Required bool   // a token without the claim is rejected
}
