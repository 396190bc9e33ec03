package docs

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// fieldsUnder returns the code spans in the first column of the first table under a heading.
func fieldsUnder(t *testing.T, p *page, heading string) (fields []string) {
	t.Helper()
	at := slices.Index(p.lines, heading)
	if at < 0 {
		t.Fatalf("%s has no %q", p.name, heading)
	}
	in := false
	for _, line := range p.lines[at+1:] {
		switch {
		case strings.HasPrefix(line, "#"), in && !strings.HasPrefix(line, "|"):
			return fields
		case strings.HasPrefix(line, "|"):
			in = true
			for _, span := range codeSpan.FindAllString(strings.Split(line, "|")[1], -1) {
				fields = append(fields, strings.Trim(span, "`"))
			}
		}
	}
	return fields
}

func operating(t *testing.T) *page {
	t.Helper()
	found := pages(t, "docs/operating.md")
	if len(found) != 1 {
		t.Fatal("docs/operating.md does not exist")
	}
	return found[0]
}

// TestTheDocumentationsAccessLog checks that docs/operating.md lists the fields of the template's access log.
func TestTheDocumentationsAccessLog(t *testing.T) {
	format := accessLogFormat(t)
	same(t, "the access log", fieldsUnder(t, operating(t), "## The access log"), slices.Collect(maps.Keys(format)))
}

// accessLogFormat returns the format of the access log in a template.
func accessLogFormat(t *testing.T) (format map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "orders-token.json"))
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Properties struct{ AccessLogSetting struct{ Format string } }
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	for _, r := range template.Resources {
		if f := r.Properties.AccessLogSetting.Format; f != "" {
			if err := json.Unmarshal([]byte(f), &format); err != nil {
				t.Fatal(err)
			}
		}
	}
	return format
}

func same(t *testing.T, log string, page, real []string) {
	t.Helper()
	slices.Sort(page)
	slices.Sort(real)
	if len(real) == 0 || !slices.Equal(page, real) {
		t.Errorf("%s has the fields\n%q, but the page has\n%q", log, real, page)
	}
}

// TestTheDocumentationsAuthorizerLog checks that the page lists the fields of the authorizer's log lines and its
// metrics, and that the example on the authorizer's page has these fields.
func TestTheDocumentationsAuthorizerLog(t *testing.T) {
	decisions, fetches := authorizerLog(t)
	fields, metrics := map[string]bool{}, map[string]bool{}
	for _, line := range append(slices.Clone(decisions), fetches...) {
		embedded, _ := line["_aws"].(map[string]any)
		for _, d := range embedded["CloudWatchMetrics"].([]any) {
			for _, m := range d.(map[string]any)["Metrics"].([]any) {
				metrics[m.(map[string]any)["Name"].(string)] = true
			}
		}
	}
	for _, line := range decisions {
		for name := range line {
			if !metrics[name] || strings.HasSuffix(name, "Ms") {
				fields[name] = true
			}
		}
	}
	p := operating(t)
	same(t, "a decision", fieldsUnder(t, p, "## The authorizer's log"), slices.Collect(maps.Keys(fields)))
	same(t, "the metrics", fieldsUnder(t, p, "## Metrics"), slices.Collect(maps.Keys(metrics)))

	for _, p := range documentation(t) {
		for _, b := range p.blocks {
			var shown map[string]any
			if b.language != "json" || json.Unmarshal([]byte(b.text), &shown) != nil || shown["message"] != "decision" {
				continue
			}
			for name := range shown {
				if !fields[name] && !metrics[name] {
					t.Errorf("%s: the log line of a decision does not have %q", b, name)
				}
			}
		}
	}
}

// authorizerLog returns the log lines of an authorizer: decisions of each outcome, and fetches of keys.
func authorizerLog(t *testing.T) (decisions, fetches []map[string]any) {
	t.Helper()
	key := authztest.RSA("rsa-1", 2048)
	issuer := authztest.NewIssuer("https://idp.example.com/", key)
	config := authz.Config{
		Issuers: []authz.Issuer{
			{URL: "https://idp.example.com/", Audiences: []string{"orders"}, JWKSURL: issuer.JWKSURL()},
		},
		TokenSources: []authz.TokenSource{{Kind: authz.Header, Name: "Authorization"}},
	}
	environment := config.Environment()
	environment["AWS_LAMBDA_FUNCTION_NAME"] = "authorizer"
	var log bytes.Buffer
	a, err := authz.FromLambda(func(name string) string { return environment[name] }, authz.Options{
		Log: &log, Transport: issuer,
		Files: fstest.MapFS{"access.json": {Data: []byte(`{"version":1,"routes":[
			{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]}]},
			{"route":"POST /orders","requires":[{"kind":"scope","anyOf":["orders:write"]}]}]}`)}},
		Hook: func(context.Context, *authz.Caller) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := lambdacontext.NewContext(
		t.Context(),
		&lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
	)
	//lint:ignore SA1029 aws-lambda-go uses this key
	ctx = context.WithValue(ctx, "x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793")
	now := time.Now().Unix()
	good := key.Token(
		"RS256",
		authztest.Object{
			"iss":   "https://idp.example.com/",
			"sub":   "user-1",
			"aud":   "orders",
			"iat":   now,
			"exp":   now + 300,
			"scope": "orders:read",
		},
	)
	foreign := key.Token(
		"RS256",
		authztest.Object{"iss": "https://idp.example.com/", "sub": "user-1", "aud": "invoices", "iat": now, "exp": now + 300},
	)
	for _, event := range [][]byte{
		authztest.RequestEvent("GET", "/orders", http.Header{"Authorization": {"Bearer " + good}}, nil),
		authztest.RequestEvent("POST", "/orders", http.Header{"Authorization": {"Bearer " + good}}, nil),
		authztest.RequestEvent("GET", "/orders", http.Header{}, nil),
		authztest.RequestEvent("GET", "/orders", http.Header{"Authorization": {"Bearer " + foreign}}, nil),
		[]byte("x"),
	} {
		_, _ = a.Invoke(ctx, event) // the log has the result
	}
	for line := range strings.Lines(log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if fields["message"] == "keys" {
			fetches = append(fetches, fields)
		} else {
			decisions = append(decisions, fields)
		}
	}
	if len(decisions) != 5 || len(fetches) == 0 {
		t.Fatalf("the log has %d decisions and %d fetches:\n%s", len(decisions), len(fetches), &log)
	}
	return decisions, fetches
}
