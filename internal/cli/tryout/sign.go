package tryout

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// SecurityToken is the header of temporary credentials. curl signs it with the others.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const SecurityToken = "X-Amz-Security-Token"

// Sign returns the headers that a request to a region needs for Signature Version 4. They are valid for five minutes.
// Of the request's own headers, only the host is signed.
func Sign(verb, url, body string, k checks.AccessKey, region string, now time.Time) (headers [][2]string, err error) {
	r, err := http.NewRequest(verb, url, nil)
	if err != nil {
		return nil, fmt.Errorf("tryout: %w", err)
	}
	signer := sigv4.Signer{
		AccessKeyID: k.ID,
		Key:         sigv4.Key{Secret: k.Secret, SessionToken: k.SessionToken},
		Region:      region,
	}
	signer.Sign(r, []byte(body), now)
	names := []string{"X-Amz-Date", "Authorization"}
	if k.SessionToken != "" {
		names = append(names, SecurityToken)
	}
	for _, name := range names {
		headers = append(headers, [2]string{name, r.Header.Get(name)})
	}
	return headers, nil
}
