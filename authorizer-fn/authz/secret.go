package authz

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

// secrets reads keys from AWS Secrets Manager with one signed request. The SDK's client for it would add megabytes to
// a binary that is loaded at every cold start.
type secrets struct {
	getenv    func(string) string
	transport http.RoundTripper
	now       func() time.Time
}

// A secret holds at most 65,536 bytes; the answer has it in JSON, or in base64.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const maxSecretAnswer = 256 << 10

// key is the HMAC key in a secret: its whole text, or one field of its JSON.
func (s secrets) key(arn, field string) jwt.Secret {
	return func(ctx context.Context) ([]byte, error) {
		value, err := s.value(ctx, arn)
		if err != nil {
			return nil, fmt.Errorf("authz: secret %s: %w", arn, err)
		}
		if field == "" {
			return value, nil
		}
		doc, err := strictjson.Parse(string(value))
		if err != nil {
			return nil, fmt.Errorf("authz: secret %s: it is not JSON, and the field %q is asked for", arn, field)
		}
		text, ok := doc.Get(field).Text()
		if !ok {
			return nil, fmt.Errorf("authz: secret %s: it has no text in the field %q", arn, field)
		}
		return []byte(text), nil
	}
}

// value asks for the current version of a secret.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (s secrets) value(ctx context.Context, arn string) ([]byte, error) {
	endpoint, region := s.endpoint(arn)
	body := []byte(`{"SecretId":"` + arn + `"}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	r.Close = true // a connection kept over a freeze is dead, and the next secret is asked for in minutes
	s.signer(region).Sign(r, body, s.now())
	answer, err := (&http.Client{
		Transport:     s.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxSecretAnswer))
	if err != nil {
		return nil, err
	}
	doc, err := strictjson.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("status %d, and no JSON", answer.StatusCode)
	}
	if answer.StatusCode != http.StatusOK {
		kind, _ := doc.Get("__type").Text()
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

// secretsEndpoint is the AWS SDKs' variable for another endpoint, as that of a VPC.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const secretsEndpoint = "AWS_ENDPOINT_URL_SECRETS_MANAGER"

// check refuses an endpoint that keys are not fetched from. The request to it has the role's session token, too.
func (s secrets) check(loopbackHTTP bool) error {
	own := s.getenv(secretsEndpoint)
	if own == "" {
		return nil
	}
	if err := jwt.CheckURL(own, loopbackHTTP); err != nil {
		return fmt.Errorf("%w: %s %q %w", ErrConfig, secretsEndpoint, own, err)
	}
	return nil
}

// signer signs as the function's role, whose credentials Lambda puts into the environment.
func (s secrets) signer(region string) sigv4.Signer {
	return sigv4.Signer{
		AccessKeyID: s.getenv("AWS_ACCESS_KEY_ID"),
		Key: sigv4.Key{
			Secret:       s.getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken: s.getenv("AWS_SESSION_TOKEN"),
		},
		Region:  region,
		Service: "secretsmanager",
	}
}

// endpoint is where the secret's own region answers, or what [secretsEndpoint] names.
// Source: https://docs.aws.amazon.com/general/latest/gr/asm.html
func (s secrets) endpoint(arn string) (url, region string) {
	region = strings.SplitN(arn, ":", 5)[3]
	if own := s.getenv(secretsEndpoint); own != "" {
		return own, region
	}
	return "https://secretsmanager." + region + "." + partition.Of(region).Domain + "/", region
}

// isSecretARN reports whether a text is arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME. None of it can then
// mean anything in a host's name or in JSON.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
func isSecretARN(s string) bool {
	parts := strings.Split(s, ":")
	if len(parts) != 7 || parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret" {
		return false
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
	only := func(part, characters string) bool { return part != "" && strings.Trim(part, characters) == "" }
	return only(parts[1], letters) && only(parts[3], letters) && only(parts[4], letters) &&
		only(parts[6], letters+"ABCDEFGHIJKLMNOPQRSTUVWXYZ/_+=.@!")
}
