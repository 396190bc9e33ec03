package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const (
	sessionHost = "shop.example.com"
	keysARN     = "arn:aws:secretsmanager:us-east-1:123456789012:secret:session-keys-AbCdEf"
	keysSecret  = "a secret of more than thirty-two bytes, for measurements"
)

// issuerAndKeys is a transport that answers as an issuer and as AWS Secrets Manager. It does not check signatures.
type issuerAndKeys struct{ issuer *authztest.Issuer }

func (t issuerAndKeys) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Host, "secretsmanager.") {
		return t.issuer.RoundTrip(r)
	}
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	status, body := http.StatusOK, authztest.Object{"SecretString": keysSecret}.String()
	if strings.Contains(string(asked), "AWSPREVIOUS") {
		status, body = http.StatusBadRequest, `{"__type":"ResourceNotFoundException"}`
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// sessionDecision measures decisions on requests with a session. Its access token is like those of [bench.decision],
// and its refresh token has 1,000 bytes.
func (b *bench) sessionDecision() error {
	issuer := authztest.NewIssuer("https://issuer.example.com", signingKey())
	env, transport := sessionConfig(issuer.URL), issuerAndKeys{issuer}
	delete(env, "AWS_ENDPOINT_URL_SECRETS_MANAGER") // the transport answers instead
	a, stop, err := openAuthorizer(env, transport, accessTable())
	if err != nil {
		return err
	}
	defer stop()
	client := secretsmanager.Client{Getenv: func(string) string { return "" }, Transport: transport, Now: time.Now}
	store, err := session.New(session.Options{
		Host: sessionHost, Keys: session.NewKeys(client.Versions(keysARN), nil),
	})
	if err != nil {
		return err
	}
	texts := tokens(issuer.URL, readScopes, distinct)
	events := make([][]byte, len(texts))
	for i, text := range texts {
		cookie, err := sealed(store, text)
		if err != nil {
			return err
		}
		events[i] = authztest.RequestEvent("GET", "/resource-3/1234", map[string][]string{
			"Cookie": {"theme=dark; " + cookie}, "Sec-Fetch-Site": {"same-origin"},
		}, nil)
	}
	return b.decide("decision on a session", "session", a, events, texts, 1.8, 0.5)
}

// sessionConfig returns the environment of an authorizer with sessions. The issuer's address also serves as the address
// of AWS Secrets Manager.
func sessionConfig(issuer string) map[string]string {
	env := authz.Config{
		Issuers: []authz.Issuer{{URL: issuer, Audiences: []string{audience}, JWKSURL: issuer + "/keys"}},
		Session: &authz.Session{Host: sessionHost, KeysARN: keysARN},
	}.Environment()
	env["AWS_LAMBDA_FUNCTION_NAME"] = "authorizer"
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = issuer
	return env
}

// sealed returns the cookie of a session with an access token.
func sealed(store *session.Store, accessToken string) (string, error) {
	now := time.Now()
	set, err := store.Seal(context.Background(), &session.Session{
		Token: accessToken, Refresh: strings.Repeat("r", 1000), Subject: "user-1", Name: "Ada Lovelace",
		Email: "ada@example.com", Started: now, Active: now, Got: now, Expires: now.Add(time.Hour),
	})
	if err != nil {
		return "", err
	}
	cookie, _, _ := strings.Cut(set[0], ";")
	return cookie, nil
}
