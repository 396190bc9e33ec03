package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// sign adds the headers of Signature Version 4 to a request that the page is to make. They hold for five minutes. Of the
// request's own headers none is signed but the host, as the browser has its way with them.
func sign(p *prepared, host string, k checks.AccessKey, region string, now time.Time) error {
	path, query, _ := strings.Cut(p.URL, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return wrong("query", "%v", err)
	}
	if query != "" {
		// A plus sign is a space to some who read a query, and itself to the signature.
		p.URL = path + "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
	}
	r, err := http.NewRequest(p.Verb, "http://"+host+p.URL, nil)
	if err != nil {
		return wrong("route", "%v", err)
	}
	hash := sha256.Sum256([]byte(p.Body))
	credentials := aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret, SessionToken: k.SessionToken}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(hash[:]), sigv4.DefaultService, region, now); err != nil {
		return fmt.Errorf("console: the request cannot be signed: %w", err)
	}
	names := []string{"X-Amz-Date", "Authorization"}
	if k.SessionToken != "" {
		names = append(names, "X-Amz-Security-Token")
	}
	for _, name := range names {
		if has(p.Headers, name) {
			return wrong("headers", "%s is there already, and it is a part of the signature: leave it out, or choose no credential", name)
		}
		p.Headers = append(p.Headers, [2]string{name, r.Header.Get(name)})
	}
	return nil
}
