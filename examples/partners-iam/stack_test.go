package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

func TestMain(m *testing.M) { snapshot.Main(m) }

// TestTemplate builds no function: a template has only their hashes, which are masked. The snapshot is what shows a
// partner's grants and the resource policy in a review.
func TestTemplate(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:  jsii.String(t.TempDir()),
		Context: &map[string]any{"aws:cdk:bundling-stacks": []string{}},
	})
	stack := newStack(app, "Partners")
	snapshot.Match(t, stack, "partners")
	warnings := assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	if len(*warnings) > 0 {
		t.Errorf("%d warnings of constructs, which fail \"cdk synth --strict\"", len(*warnings))
	}
}

// region is what requests are signed for: that of the stack, or this one where the stack leaves it to the deployment.
const region = "us-east-1"

// sign signs a request as an AWS SDK does.
func sign(t *testing.T, r *http.Request, body string, credentials aws.Credentials) {
	t.Helper()
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), "execute-api", region,
		time.Now()); err != nil {
		t.Fatal(err)
	}
}

// TestCallers synthesizes the stack for this machine and asks it as the partners would. The gateway has temporary
// credentials for each role of the stack, as AWS STS has; it is asked as an http.Handler, so that a request can come
// from any address.
func TestCallers(t *testing.T) {
	t.Setenv(gofunction.HostBuildVariable, "1")
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	newStack(app, "Partners")
	app.Synth(nil)

	var last atomic.Pointer[localgateway.Record]
	api := localgateway.Start(t, dir, localgateway.Options{Record: last.Store})

	keys := map[string]aws.Credentials{
		"":        {},
		"unknown": {AccessKeyID: "AKIANOBODYNOBODYNOBO", SecretAccessKey: "nothing"},
	}
	for _, k := range api.AccessKeys() {
		for _, p := range partners {
			if strings.HasPrefix(k.Principal, "Partners/"+p.name) {
				keys[p.name] = aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret, SessionToken: k.SessionToken}
			}
		}
	}
	const (
		northwind  = "198.51.100.7"
		pricewatch = "203.0.113.20"
		elsewhere  = "198.51.100.200"
		tea        = `{"sku":"tea-1","quantity":10}`
	)
	for _, c := range []struct {
		name, caller, from, route string
		status                    int
		body                      string // a part of the answer
		reason                    string // a part of what the gateway's log says
	}{
		{"health without a signature", "", northwind, "GET /health", 200, `"ok"`, ""},
		{"a partner reads", "Northwind", northwind, "GET /stock", 200, `assumed-role/`, ""},
		{"one item", "Pricewatch", pricewatch, "GET /stock/tea-1", 200, `"stock":120`, ""},
		{"an item that is not there", "Pricewatch", pricewatch, "GET /stock/tea-9", 404, "no such item", ""},
		{
			"a partner asks for a quote, and the function knows which one",
			"Northwind",
			northwind,
			"POST /quotes",
			200,
			"NorthwindRole",
			"",
		},

		{
			"a route that the partner was not granted",
			"Pricewatch",
			pricewatch,
			"POST /quotes",
			403,
			"not authorized to perform: execute-api:Invoke",
			"polic",
		},
		{"unsigned", "", northwind, "GET /stock", 403, "Missing Authentication Token", "Authorization"},
		{
			"an unknown access key",
			"unknown",
			northwind,
			"GET /stock",
			403,
			"security token included in the request is invalid",
			"key",
		},
		{"a partner's key at another partner's", "Northwind", pricewatch, "GET /stock", 403, "not authorized", "polic"},
		{"a partner from somewhere else", "Northwind", elsewhere, "GET /stock", 403, "explicit deny", "resource policy"},
		{"the public route from somewhere else", "", elsewhere, "GET /health", 403, "explicit deny", "resource policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, known := keys[c.caller]
			if !known {
				t.Fatalf("there is no key of %s: it has no role with a policy", c.caller)
			}
			verb, path, _ := strings.Cut(c.route, " ")
			body := ""
			if verb == "POST" {
				body = tea
			}
			r := httptest.NewRequest(verb, api.URL+"/prod"+path, strings.NewReader(body))
			r.RemoteAddr = c.from + ":40000"
			if k.AccessKeyID != "" {
				sign(t, r, body, k)
			}
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			reason := last.Load().Reason
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) || !strings.Contains(reason, c.reason) ||
				c.status < 300 && reason != "" {
				t.Errorf("got %d %s (%s)\nwant %d with %q (%s)", w.Code, w.Body, reason, c.status, c.body, c.reason)
			}
		})
	}
}

// TestSister looks at the template, as no role of another account is in it to call with: the resource policy lets the
// sister account's roles in, and no other account's.
func TestSister(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:  jsii.String(t.TempDir()),
		Context: &map[string]any{"aws:cdk:bundling-stacks": []string{}},
	})
	var allowed []string
	for _, resource := range snapshot.Template(t, newStack(app, "Partners"))["Resources"].(map[string]any) {
		resource := resource.(map[string]any)
		if resource["Type"] != "AWS::ApiGateway::RestApi" {
			continue
		}
		for _, s := range resource["Properties"].(map[string]any)["Policy"].(map[string]any)["Statement"].([]any) {
			s := s.(map[string]any)
			condition, _ := s["Condition"].(map[string]any)
			if equals, ok := condition["StringEquals"].(map[string]any); ok && s["Effect"] == "Allow" {
				allowed = append(allowed, fmt.Sprint(equals["aws:PrincipalAccount"]))
			}
		}
	}
	if want := []string{"[" + sister + "]"}; !slices.Equal(allowed, want) {
		t.Errorf("the resource policy allows the accounts %q, want %q", allowed, want)
	}
}
