// Package secretsmanager reads secrets from AWS Secrets Manager, each with one signed request, and makes such requests
// to Amazon Cognito, which keeps the secrets of its clients. The SDK's clients for them would add megabytes to a binary
// that is loaded at every cold start.
//
// It does not write secrets, keep what it has read, or try again.
package secretsmanager

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

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
	input := `{"SecretId":"` + arn + `"`
	if stage != "" {
		input += `,"VersionStage":"` + stage + `"`
	}
	doc, err := c.Call(ctx, secrets, regionOf(arn), "GetSecretValue", []byte(input+"}"))
	if e, ok := errors.AsType[*exception](err); ok && stage != "" && e.name == "ResourceNotFoundException" {
		return nil, fmt.Errorf("%w: %s", ErrNoVersion, stage)
	}
	if err != nil {
		return nil, err
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

func regionOf(arn string) string { return strings.SplitN(arn, ":", 5)[3] }

// Check refuses an endpoint that secrets are not fetched from.
func (c Client) Check(loopbackHTTP bool) error { return c.CheckEndpoint(secrets, loopbackHTTP) }

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
