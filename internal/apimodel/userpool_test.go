package apimodel

import (
	"slices"
	"strings"
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
			m := Read(parse(t, `{"Resources": {"P": {"Type": "AWS::Cognito::UserPool"},
				"C": {"Type": "AWS::Cognito::UserPoolClient",
					"Properties": {"UserPoolId": {"Ref": "P"}`+comma(c.properties)+`}}}}`), cloudassembly.Options{})
			if got := m.UserPools[0].Clients[0].AccessTokenValidity; got != c.want || len(m.Problems) > 0 {
				t.Errorf("got %s, %v, want %s", got, m.Problems, c.want)
			}
		})
	}
}

func TestRefreshTokens(t *testing.T) {
	type want struct {
		life, grace time.Duration
		rotates     bool
	}
	for _, c := range []struct {
		name, properties string
		want             want
	}{
		{"default", ``, want{life: 30 * 24 * time.Hour}},
		{"in days", `"RefreshTokenValidity": 7`, want{life: 7 * 24 * time.Hour}},
		{"in minutes", `"RefreshTokenValidity": 90, "TokenValidityUnits": {"RefreshToken": "minutes"}`,
			want{life: 90 * time.Minute}},
		{"for longer than ten years", `"RefreshTokenValidity": 5000`, want{life: 3650 * 24 * time.Hour}},
		{"rotated", `"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 20}`,
			want{30 * 24 * time.Hour, 20 * time.Second, true}},
		{"rotated with too long a grace", `"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 90}`,
			want{30 * 24 * time.Hour, time.Minute, true}},
		{"not rotated", `"RefreshTokenRotation": {"Feature": "DISABLED"}`, want{life: 30 * 24 * time.Hour}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, `{"Resources": {"P": {"Type": "AWS::Cognito::UserPool"}, "C": {"Type":
				"AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "P"}`+comma(c.properties)+`}}}}`),
				cloudassembly.Options{})
			got := m.UserPools[0].Clients[0]
			if (want{got.RefreshTokenValidity, got.RotationGrace, got.Rotates}) != c.want || len(m.Problems) > 0 {
				t.Errorf("got %+v, %v, want %+v", got, m.Problems, c.want)
			}
		})
	}
}

// TestCaseInsensitive checks that user names are case-sensitive unless the template says otherwise.
func TestCaseInsensitive(t *testing.T) {
	for properties, want := range map[string]bool{
		"": false, `"UsernameConfiguration": {"CaseSensitive": true}`: false,
		`"UsernameConfiguration": {"CaseSensitive": false}`: true,
	} {
		m := Read(parse(t, `{"Resources": {"P": {"Type": "AWS::Cognito::UserPool", "Properties": {`+properties+`}}}}`),
			cloudassembly.Options{})
		if got := m.UserPools[0].CaseInsensitive; got != want || len(m.Problems) > 0 {
			t.Errorf("%s: %v, %v", properties, got, m.Problems)
		}
	}
}

// TestIdentityProviders checks that a client names the providers of its users by Ref, as CDK writes it.
func TestIdentityProviders(t *testing.T) {
	m := Read(parse(t, `{"Resources": {
		"P": {"Type": "AWS::Cognito::UserPool", "Properties": {"LambdaConfig": {"PreTokenGenerationConfig": {
			"LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:t", "LambdaVersion": "V2_0"}}}},
		"D": {"Type": "AWS::Cognito::UserPoolDomain", "Properties": {"UserPoolId": {"Ref": "P"}, "Domain": "shop"}},
		"G": {"Type": "AWS::Cognito::UserPoolIdentityProvider", "Properties": {"UserPoolId": {"Ref": "P"},
			"ProviderName": "Google", "ProviderType": "Google", "IdpIdentifiers": ["gmail.com"]}},
		"C": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "P"},
			"SupportedIdentityProviders": [{"Ref": "G"}, "COGNITO"]}}}}`), cloudassembly.Options{})
	pool := m.UserPools[0]
	if len(m.Problems) > 0 || !strings.HasSuffix(pool.PreTokenARN, ":function:t") || len(pool.Providers) != 1 ||
		!slices.Equal(pool.Domains, []string{"shop"}) || pool.Providers[0].Name != "Google" ||
		pool.Providers[0].Type != "Google" || !slices.Equal(pool.Providers[0].Identifiers, []string{"gmail.com"}) ||
		!slices.Equal(pool.Clients[0].Providers, []string{"Google", "COGNITO"}) {
		t.Errorf("got %+v of %+v, %v", pool.Clients[0], pool.Providers, m.Problems)
	}
}

func comma(t string) string {
	if t == "" {
		return ""
	}
	return ", " + t
}
