package login

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
)

func loginOf(change func(*Login)) *Login {
	l := &Login{
		Issuer:     issuer.Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}},
		ClientID:   "web",
		ClientAuth: issuer.ClientAuth{Method: "client_secret_basic", Secret: true},
		Origin:     "https://shop.example.com",
	}
	if change != nil {
		change(l)
	}
	return l
}

func TestParametersOfALogin(t *testing.T) {
	l := loginOf(func(l *Login) {
		l.Provider.Parameters = map[string]string{"access_type": "offline", "prompt": "consent"}
		l.Parameters = map[string]string{"prompt": "", "hd": "example.com"}
	})
	want := map[string]string{"access_type": "offline", "hd": "example.com"}
	if diff := cmp.Diff(want, l.AllParameters()); diff != "" {
		t.Error(diff)
	}
}

func TestLoginIDs(t *testing.T) {
	seen := map[string]string{}
	for path, want := range map[string]string{
		"": "Keys", "/auth": "Keys", "/staff": "Keys-staff", "/a/b": "Keys-a+b", "/a-b": "Keys-a-b", "/a.b": "Keys-a.b",
	} {
		l := Login{Path: path}
		id := l.ID("Keys")
		if other, same := seen[id]; id != want || same && l.Home() != other {
			t.Errorf("%q has the id %q, want %q", path, id, want)
		}
		seen[id] = l.Home()
	}
}
