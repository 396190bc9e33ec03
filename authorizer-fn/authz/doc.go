// Package authz is a Lambda authorizer for API Gateway REST APIs. It turns the token of a TOKEN or REQUEST event into a
// policy for the whole API, according to the API's access table.
//
//	func main() {
//		authorizer, err := authz.FromLambda(os.Getenv, authz.Options{})
//		if err != nil {
//			log.Fatal(err)
//		}
//		lambda.Start(authorizer)
//	}
//
// A request has one of three outcomes:
//
//   - The token is not accepted: the authorizer returns the error "Unauthorized", and API Gateway answers 401.
//   - The token is accepted: the authorizer returns a policy that allows exactly the routes that the token's claims
//     permit. API Gateway answers 403 on other routes.
//   - There is no decision, for example because the issuer's keys cannot be fetched: the authorizer returns another
//     error, and API Gateway answers 500 and caches nothing.
//
// A [Hook] can take part in each decision, for rights that a token does not hold. Every decision is a line of JSON in
// the log, with CloudWatch metrics in the embedded metric format.
//
// The package does not issue tokens, store sessions or read request bodies. It never logs a token or a part of one. It
// remembers which tokens it verified, but no decision; API Gateway caches those.
package authz
