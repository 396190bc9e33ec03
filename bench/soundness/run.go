package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

const issuerURL = "https://idp.example.com"

var (
	key    = authztest.Ed25519("soundness")
	issuer = authztest.NewIssuer(issuerURL, key)
)

// The number of callers of a table, and of requests of a caller.
const (
	callersOfTable   = 8
	requestsOfCaller = 60
	requestsOfAnswer = 20 // requests of a caller, if an answer is for one request
)

// longestToken is the size limit of tokens that the authorizer reads, in bytes.
const longestToken = 8192

// api is a table with its authorizer.
type api struct {
	rules      []access.Rule
	table      *access.Table
	authorizer *authz.Authorizer
	perRequest bool
	escapes    bool // whether paths may have escapes
	accepted   bool // whether synth accepts the table
}

func newAPI(r *rand.Rand) (*api, error) {
	table, err := drawTable(r)
	if err != nil {
		return nil, err
	}
	a := &api{rules: table.Rules(), table: table, perRequest: r.IntN(4) == 0, escapes: r.IntN(4) > 0}
	if a.accepted, err = accepts(table, a.perRequest); err != nil {
		return nil, err
	}
	config := authz.Config{
		Issuers: []authz.Issuer{{
			URL: issuerURL, Audiences: []string{"soundness"}, JWKSURL: issuer.JWKSURL(), Algorithms: []string{"EdDSA"},
			PrincipalClaim: "principal",
		}},
		PerRequest:       a.perRequest,
		DenyEscapedPaths: !a.escapes,
		NoMetrics:        true,
	}
	environment := config.Environment()
	a.authorizer, err = authz.FromLambda(func(name string) string { return environment[name] }, authz.Options{
		Transport: issuer,
		Log:       io.Discard,
		Files:     fstest.MapFS{access.FileName: {Data: table.Marshal()}},
	})
	return a, err
}

// accepts reports whether synth accepts a table.
func accepts(table *access.Table, perRequest bool) (bool, error) {
	if perRequest {
		return true, nil
	}
	c, err := policycompiler.NewCompiler(table)
	if err != nil {
		return false, err
	}
	return len(c.Conflicts()) == 0 && c.CheckSize(policycompiler.LongestPrefix+len("prod")) == nil, nil
}

// ask returns the authorizer's policy for a token, and its text; nil if the authorizer refuses the token.
func (a *api) ask(token, arn string) (*iampolicy.Document, string, error) {
	answer, err := a.authorizer.Invoke(context.Background(), authztest.TokenEvent(arn, "Bearer "+token))
	if err != nil {
		return nil, "", nil
	}
	var reply struct {
		PolicyDocument json.RawMessage `json:"policyDocument"`
	}
	if err := json.Unmarshal(answer, &reply); err != nil {
		return nil, "", err
	}
	policy, err := iampolicy.Parse(string(reply.PolicyDocument))
	if err == nil {
		err = checkResources(policy)
	}
	return &policy, string(reply.PolicyDocument), err
}

// checkResources returns an error for a policy that API Gateway would reject.
func checkResources(policy iampolicy.Document) error {
	for _, s := range policy.Statements {
		for _, resource := range s.Resource {
			if len(resource) > 512 {
				return fmt.Errorf("a resource has %d characters: %s", len(resource), resource)
			}
		}
	}
	return nil
}

// try tries cases.
func try(r *rand.Rand, cases int, t trial.Tally) error {
	for t[tried] < cases {
		a, err := newAPI(r)
		if err != nil {
			return err
		}
		t[tables]++
		if !a.accepted {
			t[refused]++
		}
		for range callersOfTable {
			if err := tryCaller(r, a, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func tryCaller(r *rand.Rand, a *api, t trial.Tally) error {
	var claims map[string]any
	token := ""
	for token == "" || len(token) > longestToken {
		claims = drawClaims(r)
		payload := authztest.Object{"iss": issuerURL, "aud": "soundness", "exp": time.Now().Add(time.Hour).Unix()}
		token = key.Token("EdDSA", payload.With(claims))
	}
	n := requestsOfCaller
	if a.perRequest {
		n = requestsOfAnswer
	}
	var policy *iampolicy.Document
	var text string
	for i := range n {
		verb, path := drawRequest(r, a.rules, claims)
		arn := authztest.ARN(verb, path)
		if i == 0 || a.perRequest {
			var err error
			t[answers]++
			if policy, text, err = a.ask(token, arn); err != nil {
				return err
			}
			if policy == nil {
				t[none]++
			}
		}
		if err := judge(a, claims, policy, verb, path, arn, t); err != nil {
			return fmt.Errorf("%w\n%s", err, describe(a, claims, text))
		}
	}
	return nil
}

// judge compares the authorizer's decision with that of the requirements.
func judge(
	a *api, claims map[string]any, policy *iampolicy.Document, verb, path, arn string, t trial.Tally,
) error {
	t[tried]++
	if a.perRequest {
		t[single]++
	}
	rule, ok := a.table.Match(verb, path)
	if !ok || a.rules[rule].Elsewhere {
		return nil
	}
	t[decided]++
	want := evaluate(a.rules, rule, claims, path)
	want.permitted = want.permitted && (a.escapes || !strings.Contains(path, "%"))
	passes := policy != nil && policy.Evaluate(iampolicy.Request{
		Action: iampolicy.InvokeAction, Resource: arn,
	}).Outcome == iampolicy.Allowed
	if want.permitted {
		t[permitted]++
	}
	switch {
	case passes && !want.permitted:
		return fmt.Errorf("over-grant: %s %s goes to %s", verb, path, a.rules[rule].Pattern)
	case passes:
		t[allowed]++
		if want.byPath {
			t[byPath]++
		}
		return nil
	case !want.permitted:
		return nil
	}
	reason := a.reason(claims, policy, want, path, arn)
	if reason == "" && a.accepted {
		return fmt.Errorf("under-grant without a reason: %s %s goes to %s", verb, path, a.rules[rule].Pattern)
	}
	if reason == "" {
		reason = "refused at synth"
	}
	t[deniedFor+reason]++
	return nil
}

// reason returns the documented reason for denying a permitted request; "" if there is no such reason.
func (a *api) reason(
	claims map[string]any,
	policy *iampolicy.Document,
	want verdict,
	path, arn string,
) string {
	raw := func(v value) bool { return v.segment == v.value }
	escaped := func(v value) bool {
		return v.segment == strings.NewReplacer("@", "%40", "|", "%7C", ":", "%3A", "+", "%2B").Replace(v.value)
	}
	literal := func(v value) bool {
		return slices.ContainsFunc(a.rules, func(rule access.Rule) bool {
			return slices.Contains(rule.Pattern.Segments, route.Segment{Kind: route.Literal, Text: v.value})
		})
	}
	every := func(is func(value) bool) bool {
		return !slices.ContainsFunc(want.values, func(v value) bool { return !is(v) })
	}
	switch {
	case policy == nil:
		return ""
	case strings.Contains(path, "//"):
		return "empty segment"
	case a.perRequest && (len(arn) > 512 || strings.Trim(path, nameable) != ""):
		return "name"
	case a.perRequest || !want.byPath:
		return ""
	case !every(raw) && !every(escaped):
		return "spelling"
	case slices.ContainsFunc(want.values, literal):
		return "literal"
	case slices.ContainsFunc(want.values, func(v value) bool { return len(v.value) > 60 }):
		return "long"
	case len(list(claims["tenants"])) > 60 || len(list(claims["orgs"])) > 60:
		return "many"
	}
	return ""
}

const nameable = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.~!$&'()+,;=:@%|"

func describe(a *api, claims map[string]any, policy string) string {
	var b strings.Builder
	b.Write(a.table.Marshal())
	claimsText, _ := json.Marshal(claims)
	fmt.Fprintf(&b, "claims %s\nanswers for one request: %v; escapes: %v; accepted by synth: %v\npolicy %s", claimsText,
		a.perRequest, a.escapes, a.accepted, policy)
	return b.String()
}
