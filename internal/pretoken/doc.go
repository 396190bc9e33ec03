// Package pretoken decides which scopes an Amazon Cognito user pool writes into a user's access token: it is the pool's
// pre token generation trigger.
//
//	trigger, err := pretoken.FromLambda(os.Getenv, os.Stdout)
//	...
//	lambda.Start(trigger)
//
// A user gets the scopes of the user's groups, which only an administrator of the pool can change. Attributes, which
// users can write, and client metadata, which clients send, are never read.
//
// It does not change claims or groups, and it does not decide for machines: a client gets the scopes that the pool
// allows it.
package pretoken
