// Package authz is a Lambda authorizer for API Gateway REST APIs: it turns the token of a TOKEN or REQUEST event into a
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
// A request ends in one of three ways. A token that is not accepted gets the error "Unauthorized", which API Gateway
// answers with 401. An accepted one gets a policy, which allows the routes that its claims permit and nothing else;
// API Gateway answers 403 to the rest. If no answer can be given, as when the issuer's keys cannot be had, the error
// is another one: API Gateway answers 500 and caches nothing.
//
// A [Hook] has a say in each decision, for what a token does not hold. Every decision is a line of JSON in the log,
// which carries CloudWatch metrics in the embedded metric format.
//
// It does not issue tokens, keep sessions or look at request bodies, and it never logs a token or a part of one. It
// keeps no decision: that is for API Gateway's cache. What it remembers is that a token was verified.
package authz
