package sigv4_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

func ExampleVerifier_Verify() {
	verifier := sigv4.Verifier{
		Region: "eu-central-1",
		Lookup: func(accessKeyID string) (sigv4.Key, bool) {
			return sigv4.Key{Secret: "development"}, accessKeyID == "AKIDDEVELOPMENT"
		},
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	r := httptest.NewRequest("GET", "http://127.0.0.1:3000/prod/orders?limit=5", nil)
	r.Header.Set("X-Amz-Date", "20260102T030405Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDOTHER/20260102/eu-central-1/execute-api/aws4_request, "+
		"SignedHeaders=host;x-amz-date, Signature=00")

	_, err := verifier.Verify(r, "/prod/orders", "limit=5", nil)
	var refusal *sigv4.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Type)
		fmt.Println(refusal.Message)
		fmt.Println(refusal.Detail())
	}
	// Output:
	// UnrecognizedClientException
	// The security token included in the request is invalid.
	// the access key ID is not one of those configured
}
