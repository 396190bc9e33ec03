package oidcclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/partition"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// userPool reads a client's secret from its Amazon Cognito user pool, so that no template contains it.
type userPool struct {
	id, clientID string
	vault        secretsmanager.Client // for the environment, the transport and the clock
}

// cognitoEndpoint is the AWS SDKs' variable for another endpoint, such as one of a VPC.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const cognitoEndpoint = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"

// check refuses an endpoint that a secret must not be fetched from. The request to it also contains the role's session
// token.
func (u userPool) check(loopbackHTTP bool) error {
	own := u.vault.Getenv(cognitoEndpoint)
	if own == "" {
		return nil
	}
	if err := jwt.CheckURL(own, loopbackHTTP); err != nil {
		return fmt.Errorf("%s %q %w", cognitoEndpoint, own, err)
	}
	return nil
}

// secret fetches the client's secret with one signed request. No error contains any part of it.
// Source:
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html
func (u userPool) secret(ctx context.Context) ([]byte, error) {
	fail := func(format string, a ...any) ([]byte, error) {
		return nil, fmt.Errorf("DescribeUserPoolClient of %s: %w", u.id, fmt.Errorf(format, a...))
	}
	region, _, _ := strings.Cut(u.id, "_")
	endpoint := u.vault.Getenv(cognitoEndpoint)
	if endpoint == "" {
		endpoint = "https://cognito-idp." + region + "." + partition.Of(region).Domain + "/"
	}
	body, err := json.Marshal(map[string]string{"ClientId": u.clientID, "UserPoolId": u.id})
	if err != nil {
		return fail("%w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return fail("%w", err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.DescribeUserPoolClient")
	sigv4.Signer{
		AccessKeyID: u.vault.Getenv("AWS_ACCESS_KEY_ID"),
		Key: sigv4.Key{
			Secret:       u.vault.Getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken: u.vault.Getenv("AWS_SESSION_TOKEN"),
		},
		Region:  region,
		Service: "cognito-idp",
	}.Sign(r, body, u.vault.Now())
	resp, err := u.vault.Transport.RoundTrip(r) // it follows no redirects
	if err != nil {
		return fail("no answer: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadata))
	if err != nil {
		return fail("the answer broke off: %w", err)
	}
	v, err := strictjson.Parse(string(text))
	if err != nil {
		return fail("status %d, and no JSON", resp.StatusCode)
	}
	if resp.StatusCode != http.StatusOK {
		return fail("status %d %s", resp.StatusCode, exceptionName(v))
	}
	secret, ok := v.Get("UserPoolClient").Get("ClientSecret").Text()
	if !ok {
		return nil, errors.New("the user pool's client has no secret: create it with one (generateSecret)")
	}
	return []byte(secret), nil
}

// exceptionName returns the name of an AWS exception, which consists only of letters.
func exceptionName(v strictjson.Value) string {
	name, _ := v.Get("__type").Text()
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || len(name) > 64 {
		return "(an unknown exception)"
	}
	return name
}
