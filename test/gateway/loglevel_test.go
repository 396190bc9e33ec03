package gateway

import (
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestReasonsBelowTheLogLevel has an authorizer whose decisions Lambda leaves out of the log, because they have the
// level INFO. The log here has none either, and refusals are still explained.
func TestReasonsBelowTheLogLevel(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Quiet"), nil)
		secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers:       []secureapi.Issuer{{URL: bearerIssuer, Audiences: []string{"orders"}}},
				FunctionProps: &awslambda.FunctionProps{ApplicationLogLevelV2: awslambda.ApplicationLogLevel_WARN},
			}},
			Routes: []secureapi.Route{
				secureapi.Integrate("GET /orders", secureapi.Respond(200, "orders"), secureapi.AnyScope("orders:read")),
			},
		})
	})
	var mu sync.Mutex
	var log strings.Builder
	s := running(t, dir, "prod", localgateway.Options{Log: func(line localgateway.LogLine) {
		mu.Lock()
		defer mu.Unlock()
		log.WriteString(line.Text + "\n")
	}})
	token := s.Token(localgateway.TokenRequest{})
	got := s.send(t, s.request(t, "GET", "/orders", "", "Authorization: Bearer "+token))
	if got.status != 403 || !strings.Contains(got.record.Reason, "lacks scope orders:read") {
		t.Errorf("got %d (%s), want 403 for the missing scope", got.status, got.record.Reason)
	}
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(log.String(), "decision") {
		t.Errorf("got the log %s, want no decision in it", log.String())
	}
}
