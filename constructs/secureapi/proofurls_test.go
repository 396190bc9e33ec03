package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestProofURLs tells the function the URLs that clients call, of which a host may be known only at deployment.
func TestProofURLs(t *testing.T) {
	stack := newStack()
	host := awscdk.NewCfnParameter(stack, jsii.String("Host"), &awscdk.CfnParameterProps{})
	urls := []string{"https://" + *host.ValueAsString(), "https://shop.example.com/api"}
	provenWith(stack, &secureapi.JWT{ProofURLs: urls})
	config := one(t, environmentOf(t, stack, "GATEHOUSE_AUTHORIZER"))
	want := []any{"https://<Host>", "https://shop.example.com/api"}
	if diff := cmp.Diff(want, config["proofUrls"]); diff != "" {
		t.Errorf("the function is told: %s", diff)
	}

	defer func() {
		const want = `JWT.ProofURLs[0] "http://shop.example.com": want https: write "https://shop.example.com"`
		if text := fmt.Sprint(recover()); !strings.Contains(text, want) {
			t.Errorf("got %q, want %q", text, want)
		}
	}()
	provenWith(newStack(), &secureapi.JWT{ProofURLs: []string{"http://shop.example.com"}})
}
