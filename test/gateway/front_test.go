package gateway

import (
	"net/http"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestWhatIsInFrontInTheLocalGateway runs an API with a domain that requires client certificates, a web ACL, and an
// authorizer behind an alias. The local gateway serves its stage with the same decisions as without them.
func TestWhatIsInFrontInTheLocalGateway(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		orders := ordersFunction(stack)
		secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{{URL: "https://idp.example.com/", Audiences: []string{"orders"}}},
				Release: &secureapi.Release{ProvisionedConcurrency: 1, Canary: &secureapi.Canary{}},
			}},
			DefaultAccess: []secureapi.Access{secureapi.AnyScope("orders/read")},
			Routes: []secureapi.Route{
				secureapi.Handle("GET /orders", orders),
				secureapi.Handle("GET /health", orders, secureapi.Public("probe")),
			},
			Domain: &secureapi.Domain{
				Name: "shop.example.com",
				Certificate: awscertificatemanager.NewCertificate(stack, jsii.String("Certificate"),
					&awscertificatemanager.CertificateProps{DomainName: jsii.String("shop.example.com")}),
				BasePaths: []string{"shop"},
				MutualTLS: &secureapi.MutualTLS{
					Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Trust"), jsii.String("shop-trust")),
					Key:    "clients.pem",
				},
			},
			WebACL: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
		})
	})
	api := running(t, dir, "prod", localgateway.Options{})
	reader := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}})
	other := api.Token(localgateway.TokenRequest{Scopes: []string{"else"}})
	for _, tt := range []struct {
		name, path, token string
		status            int
	}{
		{"public", "/health", "", http.StatusOK},
		{"no token", "/orders", "", http.StatusUnauthorized},
		{"the scope of DefaultAccess", "/orders", reader, http.StatusOK},
		{"another scope", "/orders", other, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) { api.call(t, "GET", tt.path, tt.token, "", tt.status, "") })
	}
}
