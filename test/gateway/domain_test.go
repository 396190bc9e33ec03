package gateway

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// newVersions has two versions of an API at one domain. The next version takes the requests that ask for it.
func newVersions(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Versions"), nil)
	domain := secureapi.NewDomain(stack, "Domain", &secureapi.Domain{
		Name: "api.example.com",
		Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
			jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/a")),
	})
	version := func(id string, rules ...secureapi.RoutingRule) {
		secureapi.New(stack, id, &secureapi.Props{
			Routes: []secureapi.Route{
				secureapi.Integrate("GET /version", secureapi.Respond(200, id), secureapi.Public("no secret")),
			},
			Domain: &secureapi.Domain{Of: domain, Rules: rules},
		})
	}
	version("Present")
	version("Next",
		secureapi.RoutingRule{Priority: 10, Headers: map[string]string{"x-version": "2*"}},
		secureapi.RoutingRule{Priority: 20, BasePath: "v2", StripBasePath: true},
	)
}

// TestRoutingRulesInTheLocalGateway calls two versions of an API at one domain.
func TestRoutingRulesInTheLocalGateway(t *testing.T) {
	t.Parallel()
	s := running(t, synthesizedHere(t, newVersions), "prod", localgateway.Options{})
	for _, tt := range []struct {
		name, path string
		headers    []string
		status     int
		want       string
	}{
		{"no header", "/version", nil, 200, "Present"},
		{"the header of the next version", "/version", []string{"X-Version: 2.1"}, 200, "Next"},
		{"the header of another version", "/version", []string{"X-Version: 1"}, 200, "Present"},
		{"the path of the next version", "/v2/version", nil, 200, "Next"},
		{"a stage in the path", "/prod/version", nil, 403, ""},
	} {
		r := s.request(t, "GET", tt.path, "", tt.headers...)
		r.URL.Path, r.Host = tt.path, "api.example.com"
		got := s.send(t, r)
		if got.status != tt.status || tt.want != "" && got.body != tt.want {
			t.Errorf("%s: got %d %s, want %d %s", tt.name, got.status, got.body, tt.status, tt.want)
		}
	}
}
