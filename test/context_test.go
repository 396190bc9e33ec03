package test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// settingsFrom returns the settings that the example reads from an app's context, or the error with which it panics.
// The test is here because another test binary would take seconds to link.
func settingsFrom(context map[string]any) (s stack.Settings, err error) {
	defer func() { err, _ = recover().(error) }()
	return stack.FromContext(awscdk.NewApp(&awscdk.AppProps{Context: &context})), nil
}

func TestContextOfTheExample(t *testing.T) {
	for _, tt := range []struct {
		name    string
		context map[string]any
		want    stack.Settings
	}{
		{"nothing", nil, stack.Settings{Authorizer: stack.Token}},
		{
			"all of it, as texts",
			map[string]any{"authorizer": "request", "issuer": "https://idp.example.com", "audience": "orders", "ttl": "90s",
				"origins": "https://a.example.com, https://b.example.com", "cidrs": "203.0.113.0/24", "cloudwatch-role": "true"},
			stack.Settings{
				Authorizer:     stack.Request,
				Issuer:         "https://idp.example.com",
				Audience:       "orders",
				CacheTTL:       90 * time.Second,
				Origins:        []string{"https://a.example.com", "https://b.example.com"},
				CIDRs:          []string{"203.0.113.0/24"},
				CloudWatchRole: true,
			},
		},
		{"as in cdk.json", map[string]any{"origins": []any{"https://a.example.com"}, "cloudwatch-role": true},
			stack.Settings{Authorizer: stack.Token, Origins: []string{"https://a.example.com"}, CloudWatchRole: true}},
		{"no cache", map[string]any{"ttl": "0"}, stack.Settings{Authorizer: stack.Token, CacheTTL: secureapi.NoCache}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := settingsFrom(tt.context)
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(stack.Settings{}, "StackProps")); err != nil || diff != "" {
				t.Errorf("error %v, difference (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestWrongContextOfTheExample(t *testing.T) {
	for _, tt := range []struct {
		name    string
		context map[string]any
		want    string
	}{
		{
			"unknown authorizer",
			map[string]any{"authorizer": "oauth"},
			`context authorizer="oauth": want one of token, request, cognito, jwt, iam`,
		},
		{
			"cache with a JWT authorizer",
			map[string]any{"authorizer": "jwt", "ttl": "1m"},
			"context ttl with authorizer=jwt: a JWT authorizer has no cache to set",
		},
		{"no duration", map[string]any{"ttl": "300"}, `context ttl="300": want a duration like 5m or 90s, or 0 for no cache`},
		{"too long", map[string]any{"ttl": "2h"}, `context ttl="2h": want at most 1h`},
		{"negative", map[string]any{"ttl": "-1s"}, `context ttl="-1s": want at most 1h`},
		{"empty", map[string]any{"issuer": ""}, "context issuer is empty"},
		{
			"an empty entry",
			map[string]any{"origins": "https://a.example.com,,"},
			`context origins="https://a.example.com,," has an empty entry`,
		},
		{"no text", map[string]any{"cidrs": 10.0}, "context cidrs is 10 (float64): want a text"},
		{"no texts", map[string]any{"cidrs": []any{10.0}}, "context cidrs has 10 (float64): want texts"},
		{"no switch", map[string]any{"cloudwatch-role": "yes"}, "context cloudwatch-role=yes: want true or false"},
		{
			"issuer alone",
			map[string]any{"issuer": "https://idp.example.com"},
			`context issuer="https://idp.example.com", audience="": give both`,
		},
		{
			"issuer with Cognito",
			map[string]any{"authorizer": "cognito", "issuer": "https://idp.example.com", "audience": "a"},
			"only the token, request and jwt authorizers take an issuer",
		},
		{"ttl with IAM", map[string]any{"authorizer": "iam", "ttl": "5m"}, "IAM has no cache to set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := settingsFrom(tt.context); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not have\n\t%s", err, tt.want)
			}
		})
	}
	_, err := settingsFrom(map[string]any{"authorizer": "oauth", "ttl": "x"})
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two wrong values give %v, want two lines", err)
	}
}
