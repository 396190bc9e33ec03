package events_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
)

// The event of a TOKEN authorizer has only these three members.
func ExampleToken() {
	fmt.Println(
		string(events.Token("Bearer abc", "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders")),
	)
	// Output:
	// {"type":"TOKEN","authorizationToken":"Bearer abc","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders"}
}

// An authorizer's answer is read as API Gateway reads it. A context with an object in it is an error, and so a 500.
func ExampleReadAuthorizer() {
	const policy = `"policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Action":"execute-api:Invoke","Resource":"*"}]}`
	a, err := events.ReadAuthorizer([]byte(`{"principalId":"user-1",` + policy + `,"context":{"level":3}}`))
	fmt.Println(a.PrincipalID, a.Context["level"], err)

	_, err = events.ReadAuthorizer([]byte(`{"principalId":"user-1",` + policy + `,"context":{"account":{"plan":"paid"}}}`))
	fmt.Println(err != nil)
	// Output:
	// user-1 3 <nil>
	// true
}
