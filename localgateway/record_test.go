package localgateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// A test's log has records in it: they hold nothing that a caller could use.
func TestRecordHasNoCredential(t *testing.T) {
	const secret = "of-a-login-"
	said := secret + "code, " + secret + "state, " + secret + "cookie, " + secret + "set"
	r := newRecord(&apigateway.Record{
		Request: &exchange.Request{
			RawPath: "/prod/auth/callback", RawQuery: "code=" + secret + "code&state=" + secret + "state",
			Headers: exchange.Headers{{Name: "Cookie", Value: "__Host-session=" + secret + "cookie"}},
		},
		Answer:  exchange.Answer{Headers: exchange.Headers{{Name: "Set-Cookie", Value: "__Host-session=" + secret + "set"}}},
		Reason:  said,
		Verdict: checks.Verdict{Trace: []checks.Step{{Check: "authorizer", Detail: said}}},
	})
	if got := fmt.Sprintf("%+v", *r); strings.Contains(got, secret) || r.Path != "/prod/auth/callback" {
		t.Errorf("got %s", got)
	}
}
