package apigateway

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// TestNotesOfUserPools checks that the start names the features of a user pool that the development issuer does not
// simulate.
func TestNotesOfUserPools(t *testing.T) {
	const url = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3"
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: filepath.Join(t.TempDir(), "keys"), Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	login := devissuer.App{ClientID: "shop", Callback: "/auth/callback"}
	for name, tt := range map[string]struct {
		pool   apimodel.UserPool
		issuer devissuer.Issuer
		want   string
	}{
		"a login with a domain": {apimodel.UserPool{Domains: []string{"shop"}},
			devissuer.Issuer{Apps: []devissuer.App{login}}, ""},
		"a login without a domain": {apimodel.UserPool{}, devissuer.Issuer{Apps: []devissuer.App{login}}, "it has no domain"},
		"no login":                 {apimodel.UserPool{}, devissuer.Issuer{}, ""},
		"a trigger of the app":     {apimodel.UserPool{PreTokenARN: "arn:t"}, devissuer.Issuer{}, "is not invoked"},
		"the included trigger": {
			apimodel.UserPool{PreTokenARN: "arn:t"}, devissuer.Issuer{Trigger: &pretoken.Config{Scopes: []string{"a"}}}, "",
		},
	} {
		tt.pool.ID, tt.pool.ProviderURL = apimodel.ID{Stack: "Shop", LogicalID: "Pool"}, url
		tt.issuer.Issuer = authz.Issuer{URL: url, Audiences: []string{"shop"}}
		p, err := devissuer.New(keys, []devissuer.Issuer{tt.issuer}, devissuer.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := &served{
			model: &apimodel.Model{UserPools: []*apimodel.UserPool{&tt.pool}}, issuer: p, problems: map[string]string{},
		}
		s.noteUserPools()
		if got := s.problems["Shop/Pool"]; (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
