package checks

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

func TestSignatures(t *testing.T) {
	source := docIAM
	for _, c := range []struct {
		name, key, secret, target string
		spoil                     func(*gate, *Call)
		want                      string // the answer's beginning
		failure                   mapping.Type
	}{
		{"signed", developer, developer, "GET /orders/7?b=2&a=1", nil, "ok", ""},
		{
			"unsigned",
			developer,
			developer,
			"GET /orders/7",
			func(_ *gate, c *Call) { c.Headers = nil },
			`403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}`,
			mapping.MissingAuthenticationToken,
		},
		{
			"an unknown key",
			"AKIANOBODY",
			"x",
			"GET /orders/7",
			nil,
			`403 UnrecognizedClientException {"message":"The security token included in the request is invalid."}`,
			mapping.InvalidSignature,
		},
		{
			"the wrong secret",
			developer,
			"x",
			"GET /orders/7",
			nil,
			`403 InvalidSignatureException {"message":"The request signature we calculated does not match`,
			mapping.InvalidSignature,
		},
		{
			"signed for another query",
			developer,
			developer,
			"GET /orders/7?a=1",
			func(_ *gate, c *Call) { c.RawQuery = "a=2" },
			`403 InvalidSignatureException {"message":"The request signature we calculated does not match`,
			mapping.InvalidSignature,
		},
		{
			"signed for another path",
			developer,
			developer,
			"GET /orders/7",
			func(_ *gate, c *Call) { c.RawPath = "/prod/orders/8" },
			`403 InvalidSignatureException {"message":"The request signature we calculated does not match`,
			mapping.InvalidSignature,
		},
		{
			"signed for another body",
			developer,
			developer,
			"POST /orders/7",
			func(_ *gate, c *Call) { c.Body = []byte("x") },
			`403 InvalidSignatureException {"message":"The request signature we calculated does not match`,
			mapping.InvalidSignature,
		},
		{"signed an hour ago", developer, developer, "GET /orders/7", func(g *gate, _ *Call) { g.now = g.now.Add(time.Hour) },
			`403 InvalidSignatureException {"message":"Signature expired`, mapping.InvalidSignature},
		{"a token of another kind", developer, developer, "GET /orders/7", func(_ *gate, c *Call) {
			c.Headers = exchange.Headers{{Name: "Authorization", Value: "Bearer x"}}
		}, `403 IncompleteSignatureException {"message":"`, mapping.InvalidSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", withKeys)
			call := g.sign(t, c.key, c.secret, c.target)
			if c.spoil != nil {
				c.spoil(g, call)
			}
			v := g.Check(context.Background(), call)
			got := answered(v)
			want(t, source, v, got)
			if !strings.HasPrefix(got, c.want) || c.want == "ok" && got != "ok" {
				t.Errorf("got  %s\nwant %s (%s)", got, c.want, source)
			}
			if v.Denial != nil && v.Denial.Type != c.failure {
				t.Errorf("got the type %s, want %s", v.Denial.Type, c.failure)
			}
		})
	}
}

// TestPrincipalARN checks that a condition on aws:PrincipalArn compares the role of a session.
// A principal with a policy that could not be read has no access, since that policy might deny.
func TestPrincipalThatIsNotReadInFull(t *testing.T) {
	g := newGate("", withKeys)
	g.options.Keys[1].Principal.Err = errors.New("a managed policy by import")
	g.Guard = New(g.options)
	v := g.Check(t.Context(), g.sign(t, clerk, clerk, "GET /orders/7"))
	if v.Denial == nil || v.Denial.Status != 403 || !strings.Contains(v.Denial.Reason, "a managed policy by import") {
		t.Errorf("got %s: %+v", answered(v), v.Trace)
	}
}

// A policy may name the caller's account, and a role by its path, which the session's ARN does not contain.
func TestPrincipalKeys(t *testing.T) {
	for _, c := range []struct {
		name, path, condition string
		allowed               bool
	}{
		{"the account", "", `"StringEquals":{"aws:PrincipalAccount":"123456789012"}`, true},
		{"another account", "", `"StringEquals":{"aws:PrincipalAccount":"210987654321"}`, false},
		{"the role", "", `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/clerk"}`, true},
		{"the role with its path", "team/", `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/team/clerk"}`,
			true},
		{"the role without its path", "team/", `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/clerk"}`,
			false},
	} {
		t.Run(c.name, func(t *testing.T) {
			allow := strings.TrimSuffix(statement("Allow", `"*"`, "execute-api:/*"), "}") + `,"Condition":{` + c.condition + `}}`
			g := newGate(policyOf(allow), withKeys)
			g.options.Keys[1].Principal.ARN = "arn:aws:iam::123456789012:role/" + c.path + "clerk"
			g.options.Keys[1].Principal.Policies = nil
			g.Guard = New(g.options)
			v := g.Check(t.Context(), g.sign(t, clerk, clerk, "GET /orders/7"))
			if (v.Denial == nil) != c.allowed {
				t.Errorf("got %s: %+v", answered(v), v.Trace)
			}
		})
	}
}

func TestPrincipalARN(t *testing.T) {
	const denied = `403 AccessDeniedException {"Message":"User: ` + clerkARN +
		` is not authorized to perform: execute-api:Invoke ` +
		`on resource: arn:aws:execute-api:us-east-1:********9012:abcdef1234/prod/GET/orders/7 with an explicit deny"}`
	for role, answer := range map[string]string{"clerk": "ok", "other": denied} {
		g := newGate(policyOf(strings.TrimSuffix(statement("Deny", `"*"`, "execute-api:/*"), "}") +
			`,"Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/` + role + `"}}}`))
		withKeys(g)
		g.Guard = New(g.options)
		want(t, docIAM, g.Check(t.Context(), g.sign(t, clerk, clerk, "GET /orders/7")), answer)
	}
}
