package devissuer

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// A session that is made here opens with the keys that functions are given, for the app's host.
func TestSealSession(t *testing.T) {
	for name, use := range map[string]Use{"an access token": Access, "claims of an ID token": ID} {
		t.Run(name, func(t *testing.T) {
			s := serveShop(t, shopIssuer(func(i *Issuer) { i.Use = use }))
			guard := authz.Session{Cookie: "__Host-shop", Host: "shop.example.com", KeysARN: keysARN, MaxAge: 2 * time.Hour}
			header, err := s.SealSession(t.Context(), guard, nil, TokenRequest{Subject: "ada", Expires: 10 * time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(header, "__Host-shop=") || strings.Contains(header, ";") {
				t.Errorf("the header is %s", header)
			}
			secret, _, err := s.secret(keysARN)
			if err != nil {
				t.Fatal(err)
			}
			store, err := session.New(session.Options{
				Cookie: "__Host-shop", Host: "localhost:4000", Now: s.clock.Now, Keys: session.KeysOf(secret, s.clock.Now),
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := store.Open(t.Context(), header)
			if err != nil {
				t.Fatal(err)
			}
			if got.Subject != "ada" || got.Expires.Unix() != t0.Unix()+600 || got.Refresh != "" {
				t.Errorf("the session is %+v", got)
			}
			if use == ID {
				if got.Token != "" || !strings.Contains(string(got.Claims), `"sub":"ada"`) {
					t.Errorf("the session has the claims %s", got.Claims)
				}
				return
			}
			if _, err := s.verifier(t, s.issuers[0].Issuer).Verify(t.Context(), got.Token); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSealSessionInATable checks that with a guard that uses a table, the session is in the table, and the cookie is a
// handle.
func TestSealSessionInATable(t *testing.T) {
	s := serveShop(t)
	table := memory.New(s.clock.Now)
	guard := authz.Session{Host: "shop.example.com", KeysARN: keysARN, Table: &authz.SessionTable{Name: "sessions"}}
	header, err := s.SealSession(t.Context(), guard, table, TokenRequest{Subject: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := s.secret(keysARN)
	if err != nil {
		t.Fatal(err)
	}
	store, err := tablesession.New(tablesession.Options{
		Host: "localhost:4000", Now: s.clock.Now, Table: table, Keys: session.KeysOf(secret, s.clock.Now),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.Open(t.Context(), header)
	if err != nil || got.Subject != "ada" || got.Token == "" || len(header) > 200 {
		t.Errorf("%s opens as %+v: %v", header, got, err)
	}
	if list, err := store.List(t.Context(), s.issuers[0].URL, "ada"); len(list) != 1 || err != nil {
		t.Errorf("the subject has the sessions %+v: %v", list, err)
	}
	if _, err := s.SealSession(t.Context(), guard, nil, TokenRequest{}); !errors.Is(err, ErrRequest) {
		t.Errorf("without the table: %v", err)
	}
}

func TestSealSessionErrors(t *testing.T) {
	s := serveShop(t)
	guard := authz.Session{Host: "shop.example.com", KeysARN: keysARN}
	for name, tt := range map[string]struct {
		guard func(*authz.Session)
		r     TokenRequest
		want  error
	}{
		"other keys":     {func(g *authz.Session) { g.KeysARN = "arn:x" }, TokenRequest{}, ErrRequest},
		"a bad cookie":   {func(g *authz.Session) { g.Cookie = "session" }, TokenRequest{}, ErrRequest},
		"another issuer": {func(*authz.Session) {}, TokenRequest{Issuer: "https://x.example.com"}, ErrNoIssuer},
		"a bad scope":    {func(*authz.Session) {}, TokenRequest{Scopes: []string{" "}}, ErrRequest},
		"a large token": {
			func(*authz.Session) {}, TokenRequest{Claims: map[string]any{"x": strings.Repeat("x", 5500)}}, session.ErrTooLarge,
		},
	} {
		g := guard
		tt.guard(&g)
		if _, err := s.SealSession(t.Context(), g, nil, tt.r); !errors.Is(err, tt.want) {
			t.Errorf("%s: want %v, got %v", name, tt.want, err)
		}
	}
}
