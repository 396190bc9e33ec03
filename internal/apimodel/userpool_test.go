package apimodel

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestTokenValidity(t *testing.T) {
	for _, c := range []struct {
		name, properties string
		want             time.Duration
	}{
		{"default", ``, time.Hour},
		{"in hours", `"AccessTokenValidity": 2`, 2 * time.Hour},
		{"in minutes", `"AccessTokenValidity": 5, "TokenValidityUnits": {"AccessToken": "minutes"}`, 5 * time.Minute},
		{"in seconds", `"AccessTokenValidity": "300", "TokenValidityUnits": {"AccessToken": "seconds"}`, 5 * time.Minute},
		{"in days, of which Amazon Cognito takes one",
			`"AccessTokenValidity": 3, "TokenValidityUnits": {"AccessToken": "days"}`, 24 * time.Hour},
		{"so long that it would overflow", `"AccessTokenValidity": 2147483647, "TokenValidityUnits": {"AccessToken": "days"}`,
			24 * time.Hour},
		{"of another token's unit", `"AccessTokenValidity": 1, "TokenValidityUnits": {"IdToken": "minutes"}`, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(
				t,
				`{"Resources": {"P": {"Type": "AWS::Cognito::UserPool"}, "C": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "P"}`+comma(
					c.properties,
				)+`}}}}`,
			),
				cloudassembly.Options{})
			if got := m.UserPools[0].Clients[0].AccessTokenValidity; got != c.want || len(m.Problems) > 0 {
				t.Errorf("got %s, %v, want %s", got, m.Problems, c.want)
			}
		})
	}
}

func comma(t string) string {
	if t == "" {
		return ""
	}
	return ", " + t
}
