package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestNagSuppressions checks that Props.NagSuppressions suppresses all findings about the resources of New, and no
// others.
func TestNagSuppressions(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	orders := awslambda.Function_FromFunctionArn(stack, jsii.String("Orders"),
		jsii.String("arn:aws:lambda:eu-west-1:123456789012:function:orders"))
	secret := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Client"), jsii.String("client"))
	login := &secureapi.Login{
		Issuer:     secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
		ClientID:   "0oa1b2c3",
		ClientAuth: secureapi.ClientSecret(secret),
		Origin:     "https://shop.example.com",
		Sessions:   secureapi.TableSessions{},
	}
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{
			Login:   login,
			Release: &secureapi.Release{ProvisionedConcurrency: 1, Canary: &secureapi.Canary{}},
		},
		Authorizers: map[string]secureapi.Authorizer{"partners": secureapi.IAMAuthorizer{}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("GET /health", orders, secureapi.Public("probe ☂")),
			secureapi.Handle("POST /deliveries", orders, secureapi.GuardedBy("partners")),
		},
		CORS:            &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
		Stage:           secureapi.Stage{FlushAuthorizerCache: true},
		NagSuppressions: true,
	})
	api.RestAPI.Root().AddResource(jsii.String("beside"), nil).AddMethod(jsii.String("GET"),
		awsapigateway.NewMockIntegration(nil), &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_IAM,
		})
	awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: jsii.Bool(true)}), nil)
	found := assertions.Annotations_FromStack(stack)
	finding := assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))
	left := map[string]bool{}
	everywhere := jsii.String("*")
	for _, m := range append(*found.FindError(everywhere, finding), *found.FindWarning(everywhere, finding)...) {
		//lint:ignore SA1019 the assertions return this type
		place, text := *m.Id, fmt.Sprint(m.Entry.Data)
		rule := ruleID.FindString(text)
		if !strings.HasPrefix(place, "/Shop/Bucket/") && !strings.Contains(place, "/beside/") {
			t.Errorf("%s: %s", place, text)
			continue
		}
		left[rule] = true
	}
	if got := fmt.Sprint(slices.Sorted(maps.Keys(left))); got != "[AwsSolutions-COG4 AwsSolutions-S1 AwsSolutions-S10]" {
		t.Errorf("the findings about additional resources are: %s", got)
	}
	reasons := map[string]bool{}
	template := assertions.Template_FromStack(stack, nil)
	for _, r := range *template.FindResources(jsii.String("AWS::ApiGateway::Method"), nil) {
		metadata, _ := (*r)["Metadata"].(map[string]any)
		reasons[fmt.Sprint(metadata["cdk_nag"])] = true
	}
	const public = "VGhlIGFjY2VzcyB0YWJsZSBzYXlzIHRoYXQgdGhlIHJvdXRlIGlzIHB1YmxpYzogcHJvYmUg4piC"
	if !strings.Contains(fmt.Sprint(reasons), "is_reason_encoded:true reason:"+public) {
		t.Errorf("%v do not have the reason of a public route", reasons)
	}
}
