package secretsmanager

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/partition"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Service is an AWS service with the protocol AWS JSON 1.1.
// Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
type Service struct {
	name   string // in host names and signatures
	target string // what precedes the names of its operations
	// variable is the AWS SDKs' one for another endpoint, such as that of a VPC.
	// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
	variable string
}

var secrets = Service{"secretsmanager", "secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"}

// UserPools are those of Amazon Cognito.
var UserPools = Service{
	"cognito-idp", "AWSCognitoIdentityProviderService", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
}

// maxAnswer is the largest answer, in bytes. A secret holds at most 65,536; the answer has it in JSON, or in base64.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const maxAnswer = 256 << 10

// exception is an answer without a result.
type exception struct {
	status int
	name   string // letters alone
}

func (e *exception) Error() string { return fmt.Sprintf("status %d %s", e.status, e.name) }

// CheckEndpoint refuses an endpoint of a service that must not be called. Requests to it contain the role's session
// token.
func (c Client) CheckEndpoint(s Service, loopbackHTTP bool) error {
	own := c.Getenv(s.variable)
	if own == "" {
		return nil
	}
	if err := jwt.CheckURL(own, loopbackHTTP); err != nil {
		return fmt.Errorf("%s %q %w", s.variable, own, err)
	}
	return nil
}

// Call makes one request to a service in a region, as the function's role, whose credentials Lambda puts into the
// environment. No error holds anything of the answer but the name of an exception.
func (c Client) Call(
	ctx context.Context, s Service, region, operation string, input []byte,
) (strictjson.Value, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint(s, region), bytes.NewReader(input))
	if err != nil {
		return strictjson.Value{}, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", s.target+"."+operation)
	r.Close = true // a connection kept over a freeze is dead, and the next secret is asked for in minutes
	sigv4.Signer{
		AccessKeyID: c.Getenv("AWS_ACCESS_KEY_ID"),
		Key:         sigv4.Key{Secret: c.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: c.Getenv("AWS_SESSION_TOKEN")},
		Region:      region,
		Service:     s.name,
	}.Sign(r, input, c.Now())
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	answer, err := transport.RoundTrip(r) // which follows no redirects
	if err != nil {
		return strictjson.Value{}, fmt.Errorf("no answer: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return strictjson.Value{}, fmt.Errorf("the answer broke off: %w", err)
	}
	v, err := strictjson.Parse(string(text))
	if err != nil {
		return strictjson.Value{}, fmt.Errorf("status %d, and no JSON", answer.StatusCode)
	}
	if answer.StatusCode != http.StatusOK {
		return strictjson.Value{}, &exception{answer.StatusCode, exceptionName(v)}
	}
	return v, nil
}

// endpoint is where a service of the region answers, or what the service's variable names.
// Source: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
func (c Client) endpoint(s Service, region string) string {
	if own := c.Getenv(s.variable); own != "" {
		return own
	}
	return "https://" + s.name + "." + region + "." + partition.Of(region).Domain + "/"
}

func exceptionName(v strictjson.Value) string {
	name, _ := v.Get("__type").Text()
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || len(name) > 64 {
		return "(an unknown exception)"
	}
	return name
}
