package secretsmanager

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

const secretARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt/hmac-AbCdEf"

// newClient is a client of a Secrets Manager that answers each well-signed request with a status and a body, and the
// bodies of the requests that it has got.
func newClient(t *testing.T, status int, body string) (Client, *[]string) {
	asked := new([]string)
	key := sigv4.Key{Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SessionToken: "session-token"}
	verifier := sigv4.Verifier{
		Region: "eu-central-1", Service: "secretsmanager", Now: time.Now,
		Lookup: func(id string) (sigv4.Key, bool) { return key, id == "AKIDEXAMPLE" },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = verifier.Verify(r, r.URL.Path, r.URL.RawQuery, text)
		}
		if err != nil || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
			t.Errorf("the request is %v, %v", r.Header, err)
		}
		*asked = append(*asked, string(text))
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	env := map[string]string{
		"AWS_ACCESS_KEY_ID":     "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY": key.Secret,
		"AWS_SESSION_TOKEN":     key.SessionToken,
		secrets.variable:        server.URL,
	}
	return Client{Getenv: func(name string) string { return env[name] }, Now: time.Now}, asked
}

func TestValueAsksForAVersion(t *testing.T) {
	for stage, want := range map[string]string{
		"":            `{"SecretId":"` + secretARN + `"}`,
		"AWSPREVIOUS": `{"SecretId":"` + secretARN + `","VersionStage":"AWSPREVIOUS"}`,
	} {
		client, asked := newClient(t, http.StatusOK, `{"SecretString":"a secret"}`)
		got, err := client.Versions(secretARN)(t.Context(), stage)
		if string(got) != "a secret" || err != nil || len(*asked) != 1 || (*asked)[0] != want {
			t.Errorf("%q: got %q, %v with the request %q, want %q", stage, got, err, *asked, want)
		}
	}
}

func TestValueErrors(t *testing.T) {
	const missing = `{"__type":"ResourceNotFoundException","Message":"canary"}`
	for _, c := range []struct {
		name, stage, body, want string
		status                  int
		noVersion               bool
	}{
		{name: "no version", stage: "AWSPREVIOUS", status: 400, body: missing, want: "AWSPREVIOUS", noVersion: true},
		{name: "no secret", status: 400, body: missing, want: "status 400 ResourceNotFoundException"},
		{
			name: "no permission", stage: "AWSPREVIOUS", status: 400,
			body: `{"__type":"AccessDeniedException"}`, want: "status 400 AccessDeniedException",
		},
		{name: "not JSON", stage: "AWSCURRENT", status: 503, body: "<html>", want: "status 503, and no JSON"},
		{name: "nothing in it", status: 200, body: `{"ARN":"x"}`, want: "neither a SecretString nor a SecretBinary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, _ := newClient(t, c.status, c.body)
			_, err := client.read(t.Context(), secretARN, c.stage)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), secretARN) ||
				errors.Is(err, ErrNoVersion) != c.noVersion || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestEndpoints(t *testing.T) {
	for _, c := range []struct{ arn, own, url, region string }{
		{secretARN, "", "https://secretsmanager.eu-central-1.amazonaws.com/", "eu-central-1"},
		{
			"arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a",
			"",
			"https://secretsmanager.cn-north-1.amazonaws.com.cn/",
			"cn-north-1",
		},
		{
			"arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a",
			"",
			"https://secretsmanager.us-gov-west-1.amazonaws.com/",
			"us-gov-west-1",
		},
		{
			"arn:aws-eusc:secretsmanager:eusc-de-east-1:123456789012:secret:a",
			"",
			"https://secretsmanager.eusc-de-east-1.amazonaws.eu/",
			"eusc-de-east-1",
		},
		{
			"arn:aws-iso-b:secretsmanager:us-isob-east-1:123456789012:secret:a",
			"",
			"https://secretsmanager.us-isob-east-1.sc2s.sgov.gov/",
			"us-isob-east-1",
		},
		{secretARN, "http://127.0.0.1:4566", "http://127.0.0.1:4566", "eu-central-1"},
	} {
		s := Client{Getenv: func(string) string { return c.own }}
		region := regionOf(c.arn)
		if url := s.endpoint(secrets, region); url != c.url || region != c.region {
			t.Errorf("%s: %s %s", c.arn, url, region)
		}
	}
	const pools = "https://cognito-idp.cn-north-1.amazonaws.com.cn/"
	if url := (Client{Getenv: func(string) string { return "" }}).endpoint(UserPools, "cn-north-1"); url != pools {
		t.Errorf("user pools are at %s, want %s", url, pools)
	}
}

func TestIsARN(t *testing.T) {
	for _, arn := range []string{secretARN, "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a/b_c+d=e.f@g-h!"} {
		if !IsARN(arn) {
			t.Errorf("%q is refused", arn)
		}
	}
	for _, arn := range []string{
		"",
		"secret",
		"arn:aws:secretsmanager:eu-central-1:123456789012:secret:",
		"arn:aws:secretsmanager::123456789012:secret:a",
		"arn:aws:ssm:eu-central-1:123456789012:secret:a",
		"arn:aws:secretsmanager:eu.central:123456789012:secret:a",
		"arn:aws:secretsmanager:eu-central-1/x:123456789012:secret:a",
		"arn:aws:secretsmanager:eu-central-1:123456789012:parameter:a",
		`arn:aws:secretsmanager:eu-central-1:123456789012:secret:a"b`,
		"arn:aws:secretsmanager:eu-central-1:123456789012:secret:a:b",
		"arn:aws:secretsmanager:eu-central-1@x:123456789012:secret:a",
	} {
		if IsARN(arn) {
			t.Errorf("%q is accepted", arn)
		}
	}
}

func TestValueObservesItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := Client{Getenv: func(string) string { return "http://127.0.0.1:1" }, Now: time.Now}
	if _, err := s.Field(secretARN, "")(ctx); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Error(err)
	}
}
