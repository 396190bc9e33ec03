package lambdahttp

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCaller(t *testing.T) {
	for _, tt := range []struct {
		name, context string // of the event's requestContext
		want          Caller
		none          bool
	}{
		{name: "public route", context: `{}`, none: true},
		{
			name: "Lambda authorizer",
			context: `{"authorizer": {"principalId": "user-1", "integrationLatency": 12, "issuer": "https://id.example.com",
				"sub": "user-1", "plan": "free", "scopes": "orders:read orders:write", "groups": "staff",
				"roles": "clerk head%20clerk"}}`,
			want: Caller{
				Principal: "user-1",
				Issuer:    "https://id.example.com",
				Scopes:    []string{"orders:read", "orders:write"},
				Groups:    []string{"staff"},
				Roles:     []string{"clerk", "head clerk"},
				Context:   map[string]string{"sub": "user-1", "plan": "free"},
			},
		},
		{
			name:    "Lambda authorizer without a context",
			context: `{"authorizer": {"principalId": "user-1"}}`,
			want:    Caller{Principal: "user-1"},
		},
		{name: "Lambda authorizer without a principal", context: `{"authorizer": {"scopes": "orders:read"}}`, none: true},
		{name: "principal is a number", context: `{"authorizer": {"principalId": 7}}`, none: true},
		{
			name:    "context value named claims",
			context: `{"authorizer": {"principalId": "user-1", "claims": "{\"sub\":\"admin\"}"}}`,
			want:    Caller{Principal: "user-1", Context: map[string]string{"claims": `{"sub":"admin"}`}},
		},
		{
			name: "Cognito, ID token",
			context: `{"authorizer": {"claims": {"iss": "https://pool.example.com", "sub": "0b0b",
				"cognito:groups": "staff,admins", "token_use": "id"}}}`,
			want: Caller{
				Principal: "0b0b",
				Issuer:    "https://pool.example.com",
				Groups:    []string{"staff", "admins"},
				Context: map[string]string{
					"iss":            "https://pool.example.com",
					"sub":            "0b0b",
					"cognito:groups": "staff,admins",
					"token_use":      "id",
				},
			},
		},
		{
			name:    "Cognito, access token",
			context: `{"authorizer": {"claims": {"sub": "0b0b", "scope": "api/read api/write", "token_use": "access"}}}`,
			want: Caller{
				Principal: "0b0b",
				Scopes:    []string{"api/read", "api/write"},
				Context:   map[string]string{"sub": "0b0b", "scope": "api/read api/write", "token_use": "access"},
			},
		},
		{
			name:    "scopes and groups that are not strings",
			context: `{"authorizer": {"claims": {"sub": "0b0b", "scope": 7, "cognito:groups": [7]}}}`,
			want: Caller{Principal: "0b0b", Context: map[string]string{
				"sub": "0b0b", "scope": "7", "cognito:groups": "[7]",
			}},
		},
		{name: "subject is a number", context: `{"authorizer": {"claims": {"sub": 7}}}`, none: true},
		{
			// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
			name: "JWT authorizer, claims with their JSON types",
			context: `{"authorizer": {"claims": {"iss": "https://id.example.com", "sub": "0b0b", "scp": ["api:read", "x"],
				"cognito:groups": ["staff", "x,admins"], "exp": 1772604367, "account": 9007199254740993, "vip": true,
				"gone": null, "address": {"city": "Bonn"}}}}`,
			want: Caller{
				Principal: "0b0b",
				Issuer:    "https://id.example.com",
				Scopes:    []string{"api:read", "x"},
				Groups:    []string{"staff", "x,admins"},
				Context: map[string]string{
					"iss": "https://id.example.com", "sub": "0b0b", "scp": `["api:read","x"]`,
					"cognito:groups": `["staff","x,admins"]`, "exp": "1772604367", "vip": "true", "address": `{"city":"Bonn"}`,
				},
			},
		},
		{
			name: "JWT authorizer, numbers at the limit of a float64",
			context: `{"authorizer": {"claims": {"sub": "0b0b", "most": 9007199254740991, "least": -9007199254740991,
				"more": 9007199254740992, "less": -9007199254740992}}}`,
			want: Caller{Principal: "0b0b", Context: map[string]string{
				"sub": "0b0b", "most": "9007199254740991", "least": "-9007199254740991",
			}},
		},
		{
			name:    "JWT authorizer, scopes as a string",
			context: `{"authorizer": {"claims": {"sub": "0b0b", "scope": "api:read x", "scp": "other"}}}`,
			want: Caller{
				Principal: "0b0b",
				Scopes:    []string{"api:read", "x"},
				Context:   map[string]string{"sub": "0b0b", "scope": "api:read x", "scp": "other"},
			},
		},
		{
			name:    "escaped group names, as the included authorizer writes them",
			context: `{"authorizer": {"principalId": "user-1", "groups": "Domain%20Users x%2Cadmins 100%25 b%C3%BCro"}}`,
			want:    Caller{Principal: "user-1", Groups: []string{"Domain Users", "x,admins", "100%", "büro"}},
		},
		{
			name:    "comma in a Lambda authorizer's group",
			context: `{"authorizer": {"principalId": "user-1", "groups": "x,admins 50%"}}`,
			want:    Caller{Principal: "user-1", Groups: []string{"x,admins", "50%"}},
		},
		{
			name:    "Lambda authorizer without a principal, and an IAM user",
			context: `{"authorizer": {"scopes": "a"}, "identity": {"userArn": "arn:aws:iam::1:user/x"}}`,
			none:    true,
		},
		{name: "claims without a subject", context: `{"authorizer": {"claims": {}, "principalId": "x"}}`, none: true},
		{
			name: "IAM",
			context: `{"identity": {"userArn": "arn:aws:sts::123456789012:assumed-role/ci/build", "caller": "AROA:build",
				"accountId": "123456789012"}}`,
			want: Caller{Principal: "arn:aws:sts::123456789012:assumed-role/ci/build"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			called := false
			h := Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				called = true
				got, ok := CallerFrom(r.Context())
				if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" || ok == tt.none {
					t.Errorf("caller found: got %v, want %v; caller (-want +got):\n%s", ok, !tt.none, diff)
				}
			}))
			if _, err := h(context.Background(), event(t, `{"requestContext": `+tt.context+`}`)); err != nil || !called {
				t.Fatal(err)
			}
		})
	}
}
