package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

func TestClaimNames(t *testing.T) {
	for _, tt := range []struct {
		name, claims string
		names        ClaimNames
		want         Rights
	}{
		{
			"the defaults", `{"scope":"a  b","groups":["The Staff"],"roles":"r s"}`, ClaimNames{},
			Rights{Scopes: []string{"a", "b"}, Groups: []string{"The Staff"}, Roles: []string{"r s"}},
		},
		{"scp in the absence of scope", `{"scp":["a"]}`, ClaimNames{}, Rights{Scopes: []string{"a"}}},
		{"scope before scp", `{"scope":"a","scp":"b"}`, ClaimNames{}, Rights{Scopes: []string{"a"}}},
		{"another claim instead of both", `{"scope":"a","scp":"b"}`, ClaimNames{Scopes: "rights"}, Rights{}},
		{
			"paths", `{"realm":{"roles":["admin"]},"https://a.example/g":["x"]}`,
			ClaimNames{Groups: "https://a.example/g", Roles: "realm.roles"},
			Rights{Groups: []string{"x"}, Roles: []string{"admin"}},
		},
		{"other types grant nothing", `{"scope":7,"groups":{"a":true},"roles":[1]}`, ClaimNames{}, Rights{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			claims, err := strictjson.Parse(tt.claims)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, tt.names.Rights(claims.Find)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
