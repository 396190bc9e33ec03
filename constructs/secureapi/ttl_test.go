package secureapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// A number that is known only at deployment is a reference in the template and in the plan that the template is
// compared with.
func TestNumbersAsTokens(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	number := func(id string) *float64 {
		return awscdk.NewCfnParameter(stack, &id, &awscdk.CfnParameterProps{Type: jsii.String("Number")}).ValueAsNumber()
	}
	ttl, rate := number("TTL"), number("Rate")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	shop(stack, func(p *secureapi.Props) {
		own := p.Authorizer.(secureapi.TokenAuthorizer)
		own.CacheTTLSeconds = ttl
		p.Authorizer = own
		p.Authorizers = map[string]secureapi.Authorizer{
			"request": secureapi.RequestAuthorizer{JWT: own.JWT, CacheTTLSeconds: ttl},
			"pool":    secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}, CacheTTLSeconds: ttl},
		}
		p.Routes = append(p.Routes,
			secureapi.Handle("GET /a", p.Routes[0].Function, secureapi.GuardedBy("request")),
			secureapi.Handle("GET /b", p.Routes[0].Function, secureapi.GuardedBy("pool")))
		p.RestApiProps = &awsapigateway.RestApiProps{
			DeployOptions: &awsapigateway.StageOptions{ThrottlingRateLimit: rate, ThrottlingBurstLimit: jsii.Number(5)},
		}
	})
	authorizers := resources(stack, "AWS::ApiGateway::Authorizer")
	for id, a := range authorizers {
		if got := fmt.Sprint(a["AuthorizerResultTtlInSeconds"]); got != "map[Ref:TTL]" {
			t.Errorf("%s: got the TTL %s", id, got)
		}
	}
	if len(authorizers) != 3 {
		t.Errorf("got %d authorizers", len(authorizers))
	}
	settings := only(t, stack, "AWS::ApiGateway::Stage")["MethodSettings"].([]any)[0].(map[string]any)
	if fmt.Sprint(settings["ThrottlingRateLimit"]) != "map[Ref:Rate]" {
		t.Errorf("MethodSettings of the stage: got %v", settings)
	}
	app.Synth(nil) // the checks hold the template to the plan

	refused(t, func() {
		shop(newStack(), func(p *secureapi.Props) {
			p.Authorizer = secureapi.CognitoAuthorizer{
				UserPools: []awscognito.IUserPool{pool}, CacheTTL: time.Minute, CacheTTLSeconds: ttl,
			}
		})
	}, "the API's CognitoAuthorizer: CacheTTL is 1m0s and CacheTTLSeconds is set too: leave one of them out")
}
