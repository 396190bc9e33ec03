package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// An API without routes can be deployed, and refuses all requests.
func TestNoRoutes(t *testing.T) {
	for _, tt := range []struct {
		name       string
		authorizer secureapi.Authorizer
		want       string
		public     bool
	}{
		{"without an authorizer", nil, "NONE", true},
		{"guarded", secureapi.IAMAuthorizer{}, "AWS_IAM", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			given := &secureapi.Props{Authorizer: tt.authorizer}
			secureapi.New(stack, "Api", given)
			if given.Routes != nil {
				t.Error("New changed the caller's props")
			}
			method := only(t, stack, "AWS::ApiGateway::Method")
			integration := method["Integration"].(map[string]any)
			if method["AuthorizationType"] != tt.want || method["HttpMethod"] != "ANY" || integration["Type"] != "MOCK" ||
				integration["IntegrationResponses"].([]any)[0].(map[string]any)["StatusCode"] != "404" {
				t.Errorf("method: got %v", method)
			}
			text := assertions.Match_StringLikeRegexp(jsii.String(secureapi.NoRoutesWarning))
			if n := len(*assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), text)); n != 1 {
				t.Errorf("got %d warnings, want one", n)
			}
		})
	}
	refused(t, func() { secureapi.New(newStack(), "Api", nil) }, "secureapi: Shop/Api: the props are nil")
}
