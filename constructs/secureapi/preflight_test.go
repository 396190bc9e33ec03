package secureapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestPreflightsAreCDKsOwn compares preflights with those of CDK's AddCorsPreflight.
func TestPreflightsAreCDKsOwn(t *testing.T) {
	for _, tt := range []struct {
		name string
		cors secureapi.CORS
		cdk  awsapigateway.CorsOptions
	}{
		{"one origin", secureapi.CORS{AllowOrigins: []string{"https://a.example.com"}}, awsapigateway.CorsOptions{}},
		{"every origin", secureapi.CORS{AllowOrigins: []string{"*"}}, awsapigateway.CorsOptions{}},
		{
			"everything",
			secureapi.CORS{
				AllowOrigins:     []string{"https://a.example.com", "https://b.example.com", "http://localhost:3000"},
				AllowCredentials: true,
				ExposeHeaders:    []string{"Location", "X-Total"},
				MaxAge:           2 * time.Hour,
			},
			awsapigateway.CorsOptions{
				AllowCredentials: jsii.Bool(true),
				ExposeHeaders:    jsii.Strings("Location", "X-Total"),
				MaxAge:           awscdk.Duration_Hours(jsii.Number(2)),
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			tt.cors.AllowHeaders = []string{"Authorization", "Content-Type"}
			api := shop(stack, func(p *secureapi.Props) { p.CORS = &tt.cors })
			tt.cdk.AllowOrigins, tt.cdk.AllowHeaders = jsii.Strings(
				tt.cors.AllowOrigins...), jsii.Strings(
				tt.cors.AllowHeaders...)
			tt.cdk.AllowMethods = jsii.Strings("GET")
			api.RestAPI.Root().AddResource(jsii.String("cdk"), nil).AddCorsPreflight(&tt.cdk)
			var ours, cdks map[string]any
			for id, m := range resources(stack, "AWS::ApiGateway::Method") {
				delete(m, "ResourceId")
				switch {
				case m["HttpMethod"] != "OPTIONS":
				case strings.HasPrefix(id, "ApiRestApicdk"):
					cdks = m
				default:
					ours = m
				}
			}
			if diff := cmp.Diff(cdks, ours); ours == nil || diff != "" {
				t.Error("a preflight (-CDK's +Gatehouse's):\n" + diff)
			}
		})
	}
}
