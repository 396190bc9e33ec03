package devissuer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// byGroup adds a trigger to the pool of poolIssuer.
func byGroup() Issuer {
	i := poolIssuer()
	i.Scopes = []string{"orders:read", "orders:write", "openid", "catalogue:read"}
	i.Trigger = &pretoken.Config{
		Groups: map[string][]string{"readers": {"orders:read"}, "staff": {"orders:read", "orders:write"}, "guests": nil},
		Scopes: []string{"orders:read", "orders:write"},
	}
	return i
}

// Behind the included trigger a user's access token has the scopes of the user's groups, also after a refresh.
func TestScopesByGroups(t *testing.T) {
	s := serveShop(t, byGroup())
	asked := []string{"scope", "openid orders:read orders:write catalogue:read"}
	for name, tt := range map[string]struct {
		groups, want string
	}{
		"of a group":       {"readers", "openid orders:read catalogue:read"},
		"of two":           {"readers, staff", "openid orders:read orders:write catalogue:read"},
		"of none":          {"", "openid catalogue:read"},
		"of another":       {"admins", "openid catalogue:read"},
		"of an empty one":  {"guests", "openid catalogue:read"},
		"in another case":  {"Readers", "openid catalogue:read"},
		"of a pool's name": {"POOL_Google", "openid catalogue:read"},
	} {
		got := redeem(t, s, signIn(t, s, authURL(s, asked...), "persona", "typed", "subject", "ada", "groups", tt.groups,
			"scopes", "orders:read orders:write catalogue:read"))
		access, _ := unverified(got.Access)
		if !access.Get("scope").Is(tt.want) || got.ID == "" {
			t.Errorf("%s: the access token says %s", name, access.Raw())
		}
		next := post(t, s.TokenURL(pool), "shop", testRing(t).clientSecret(), "grant_type", "refresh_token",
			"refresh_token", got.Refresh)
		if again, _ := unverified(next.Access); !again.Get("scope").Is(tt.want) {
			t.Errorf("%s: after a refresh the access token says %s", name, again.Raw())
		}
	}
	if got, err := s.Mint(TokenRequest{Scopes: []string{"orders:write"}}); err != nil {
		t.Error(err)
	} else if claims, _ := unverified(got); !claims.Get("scope").Is("orders:write") {
		t.Errorf("a token by itself says %s", claims.Raw())
	}
}

// TestPersonasByGroups checks that the personas are those that can exist on AWS, by their groups.
func TestPersonasByGroups(t *testing.T) {
	s := serveShop(t, byGroup())
	names := func() (out []string) {
		for _, a := range s.personas(s.sites[0]) {
			out = append(out, a.Name+": "+strings.Join(a.Groups, " ")+": "+strings.Join(a.holds([]string{
				"orders:read", "orders:write", "catalogue:read",
			}), " "))
		}
		return out
	}
	want := []string{
		"may do everything: admins staff guests readers: orders:read orders:write catalogue:read",
		"member of guests: guests: catalogue:read", "member of readers: readers: orders:read catalogue:read",
		"member of staff: staff: orders:read orders:write catalogue:read", "of no group: : catalogue:read",
	}
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	s.ofIssuer = nil
	want[0] = "may do everything: guests readers staff: orders:read orders:write catalogue:read"
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("without personas of the routes: got %q, want %q", got, want)
	}
}

// The trigger's settings are in the environment of the pool's function.
func TestTriggersOfPools(t *testing.T) {
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:Trigger"
	model := func(environment map[string]string) *apimodel.Model {
		return &apimodel.Model{
			UserPools: []*apimodel.UserPool{{ProviderURL: pool, PreTokenARN: arn}, {ProviderURL: "https://other"}},
			Functions: []*apimodel.Function{{ARN: arn, Environment: environment}},
		}
	}
	config := pretoken.Config{Groups: map[string][]string{"staff": {"a"}}, Scopes: []string{"a"}}
	for name, tt := range map[string]struct {
		environment map[string]string
		want        bool
		err         error
	}{
		"the included one":     {config.Environment(), true, nil},
		"one of the app's own": {map[string]string{"STAGE": "dev"}, false, nil},
		"one that is newer":    {map[string]string{pretoken.Variable: `{"scopes":["a"],"claims":{}}`}, false, ErrModel},
	} {
		issuers := []Issuer{poolIssuer(), shopIssuer()}
		errs := withTriggers(issuers, model(tt.environment))
		if got := issuers[0].Trigger != nil; got != tt.want || issuers[1].Trigger != nil ||
			!errors.Is(errors.Join(errs...), tt.err) {
			t.Errorf("%s: %t, %v", name, got, errs)
		}
	}
	m := model(nil)
	m.Functions = nil // of another app
	issuers := []Issuer{poolIssuer()}
	if errs := withTriggers(issuers, m); errs != nil || issuers[0].Trigger != nil {
		t.Errorf("a function that is not in the assembly: %v", errs)
	}
}
