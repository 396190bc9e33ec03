// Package secretsmanager reads secrets from AWS Secrets Manager, each with one signed request. The SDK's client for it
// would add megabytes to a binary that is loaded at every cold start.
//
// It does not write secrets, keep what it has read, or try again.
package secretsmanager

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/partition"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ErrNoVersion says that a secret has no version with a stage, as a secret that was never rotated has no AWSPREVIOUS.
// Secrets Manager answers the same for a secret that does not exist: its AWSCURRENT is missing as well then.
var ErrNoVersion = errors.New("secretsmanager: the secret has no version with this stage")

// Client reads secrets as the function's role. Getenv and Now are required.
type Client struct {
	// Getenv is the function's environment: the role's credentials, and AWS_ENDPOINT_URL_SECRETS_MANAGER.
	Getenv func(string) string

	// Transport makes the requests. Redirects are not followed. Default: [http.DefaultTransport].
	Transport http.RoundTripper

	// Now is the clock that requests are signed by.
	Now func() time.Time
}

// A secret holds at most 65,536 bytes; the answer has it in JSON, or in base64.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const maxAnswer = 256 << 10

// Field returns a function that reads a secret's current version: its whole text, or one field of its JSON.
func (c Client) Field(arn, field string) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		value, err := c.read(ctx, arn, "")
		if err != nil || field == "" {
			return value, err
		}
		doc, err := strictjson.Parse(string(value))
		if err != nil {
			return nil, fmt.Errorf("secretsmanager: secret %s: it is not JSON, and the field %q is asked for", arn, field)
		}
		text, ok := doc.Get(field).Text()
		if !ok {
			return nil, fmt.Errorf("secretsmanager: secret %s: it has no text in the field %q", arn, field)
		}
		return []byte(text), nil
	}
}

// Versions returns a function that reads the version of a secret that has a stage, as [Client.read] does.
func (c Client) Versions(arn string) func(ctx context.Context, stage string) ([]byte, error) {
	return func(ctx context.Context, stage string) ([]byte, error) { return c.read(ctx, arn, stage) }
}

// read reads the version of a secret that has a stage, "AWSCURRENT" or "AWSPREVIOUS"; "" is the current one. The ARN
// is one that [IsARN] takes. The error is an [ErrNoVersion] where a stage is asked for and no version has it. No error
// holds anything of a secret.
func (c Client) read(ctx context.Context, arn, stage string) ([]byte, error) {
	value, err := c.value(ctx, arn, stage)
	if err != nil {
		return nil, fmt.Errorf("secretsmanager: secret %s: %w", arn, err)
	}
	return value, nil
}

// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (c Client) value(ctx context.Context, arn, stage string) ([]byte, error) {
	endpoint, region := c.endpoint(arn)
	text := `{"SecretId":"` + arn + `"`
	if stage != "" {
		text += `,"VersionStage":"` + stage + `"`
	}
	body := []byte(text + "}")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	r.Close = true // a connection kept over a freeze is dead, and the next secret is asked for in minutes
	sigv4.Signer{  // as the function's role, whose credentials Lambda puts into the environment
		AccessKeyID: c.Getenv("AWS_ACCESS_KEY_ID"),
		Key:         sigv4.Key{Secret: c.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: c.Getenv("AWS_SESSION_TOKEN")},
		Region:      region,
		Service:     "secretsmanager",
	}.Sign(r, body, c.Now())
	answer, err := (&http.Client{
		Transport:     c.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	doc, err := strictjson.Parse(string(content))
	if err != nil {
		return nil, fmt.Errorf("status %d, and no JSON", answer.StatusCode)
	}
	if answer.StatusCode != http.StatusOK {
		kind, _ := doc.Get("__type").Text()
		if stage != "" && kind == "ResourceNotFoundException" {
			return nil, fmt.Errorf("%w: %s", ErrNoVersion, stage)
		}
		return nil, fmt.Errorf("status %d %s", answer.StatusCode, kind)
	}
	if value, ok := doc.Get("SecretString").Text(); ok {
		return []byte(value), nil
	}
	binary, _ := doc.Get("SecretBinary").Text()
	value, err := base64.StdEncoding.DecodeString(binary)
	if err != nil || len(value) == 0 {
		return nil, errors.New("the answer has neither a SecretString nor a SecretBinary")
	}
	return value, nil
}

// endpointVariable is the AWS SDKs' variable for another endpoint, as that of a VPC.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const endpointVariable = "AWS_ENDPOINT_URL_SECRETS_MANAGER"

// Check refuses an endpoint that secrets are not fetched from: the request to it has the role's session token, too.
func (c Client) Check(loopbackHTTP bool) error {
	own := c.Getenv(endpointVariable)
	if own == "" {
		return nil
	}
	if err := jwt.CheckURL(own, loopbackHTTP); err != nil {
		return fmt.Errorf("%s %q %w", endpointVariable, own, err)
	}
	return nil
}

// endpoint is where the secret's own region answers, or what [endpointVariable] names.
// Source: https://docs.aws.amazon.com/general/latest/gr/asm.html
func (c Client) endpoint(arn string) (url, region string) {
	region = strings.SplitN(arn, ":", 5)[3]
	if own := c.Getenv(endpointVariable); own != "" {
		return own, region
	}
	return "https://secretsmanager." + region + "." + partition.Of(region).Domain + "/", region
}

// IsARN reports whether a text is arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME. None of it can then
// mean anything in a host's name or in JSON.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
func IsARN(s string) bool {
	parts := strings.Split(s, ":")
	if len(parts) != 7 || parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret" {
		return false
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
	only := func(part, characters string) bool { return part != "" && strings.Trim(part, characters) == "" }
	return only(parts[1], letters) && only(parts[3], letters) && only(parts[4], letters) &&
		only(parts[6], letters+"ABCDEFGHIJKLMNOPQRSTUVWXYZ/_+=.@!")
}
