package logintest

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// testRefresh refreshes a session again and again: refresh tokens rotate, and a used one would end the grant.
func testRefresh(t *testing.T, p *peer) {
	t.Run("with rotation", func(t *testing.T) {
		a := newApp(t, p.Provider)
		p.TTL(t, time.Minute)
		a.loggedIn(t, a.Browser, "ada")
		p.Requests()
		seen := map[string]bool{}
		for range 3 {
			a.clock.advance(11 * time.Second) // more than the answer is good for by itself
			p.TTL(t, time.Minute+time.Duration(a.clock.ahead.Load()))
			a.refresh(t, a.Browser, 200)
			got := Grants(p.Requests(), "refresh_token")
			if len(got) != 1 || got[0].Status != 200 || seen[got[0].Form.Get("refresh_token")] {
				t.Fatalf("refreshed by %v", got)
			}
			seen[got[0].Form.Get("refresh_token")] = true
			a.wantSession(t, a.Browser, "ada")
		}
		p.TTL(t, time.Hour)
	})
	t.Run("a token that is good for long", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		before, _ := a.refresh(t, a.Browser, 200)
		a.clock.advance(30 * time.Minute)
		p.Requests()
		after, _ := a.refresh(t, a.Browser, 200)
		if got := p.Requests(); len(got) != 0 {
			t.Errorf("the provider is asked: %v", got)
		}
		if after.Expires != before.Expires || after.Ends != before.Ends || after.Idle < before.Idle+1800 {
			t.Errorf("got %+v after %+v", after, before)
		}
		a.clock.advance(59 * time.Minute) // the token has expired, the session not
		a.orders(t, a.Browser, 401)
		a.refresh(t, a.Browser, 200)
	})
	t.Run("twice at once, one after the other", func(t *testing.T) {
		a := newApp(t, p.Provider)
		p.TTL(t, time.Minute)
		a.loggedIn(t, a.Browser, "ada")
		a.clock.advance(50 * time.Second)
		p.Requests()
		first, _ := a.refresh(t, a.Browser, 200)
		second, _ := a.refresh(t, a.Browser, 200)
		if got := p.Requests(); len(got) != 1 || first.Expires != second.Expires || first.Ends != second.Ends {
			t.Errorf("the provider is asked %d times, for %+v and %+v", len(got), first, second)
		}
		p.TTL(t, time.Hour)
	})
	t.Run("a token that is good for five seconds", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		a.clock.advance(59*time.Minute + 30*time.Second)
		p.TTL(t, 5*time.Second+time.Duration(a.clock.ahead.Load()))
		a.refresh(t, a.Browser, 200)
		p.TTL(t, 2*time.Hour)
		a.clock.advance(5 * time.Second)
		p.Requests()
		a.refresh(t, a.Browser, 200)
		if n := len(Grants(p.Requests(), "refresh_token")); n != 1 {
			t.Errorf("the provider is asked %d times", n)
		}
		a.wantSession(t, a.Browser, "ada")
		p.TTL(t, time.Hour)
	})
	t.Run("the provider's clock is behind", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.clock.advance(3 * time.Minute)
		p.TTL(t, 4*time.Minute) // one minute by this clock
		a.loggedIn(t, a.Browser, "ada")
		p.Requests()
		for range 2 {
			a.clock.advance(11 * time.Second)
			got, _ := a.refresh(t, a.Browser, 200)
			if n := len(p.Requests()); n != 1 || got.Expires > a.clock.now().Add(time.Minute).Unix() {
				t.Errorf("the provider is asked %d times; the token is good until %d", n, got.Expires)
			}
		}
		p.TTL(t, time.Hour)
	})
	t.Run("without a refresh token", func(t *testing.T) {
		a := newApp(t, p.Provider, func(s *setup) {
			s.config.Scopes, s.config.Parameters = []string{"openid", "orders/read"}, nil
		})
		a.loggedIn(t, a.Browser, "ada")
		a.refresh(t, a.Browser, 200) // renews only the idle timeout
		a.clock.advance(59*time.Minute + 30*time.Second)
		a.wantSession(t, a.Browser, "ada")
		p.Requests()
		a.refresh(t, a.Browser, 401)
		if got := p.Requests(); len(got) != 0 {
			t.Errorf("the provider is asked: %v", got)
		}
		a.wantNoSession(t, a.Browser)
	})
	t.Run("idle", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		p.Requests()
		a.clock.advance(login.DefaultIdleTimeout + time.Second)
		a.orders(t, a.Browser, 401)
		a.refresh(t, a.Browser, 401)
		if got := p.Requests(); len(got) != 0 {
			t.Errorf("the provider is asked for a session that has ended: %v", got)
		}
	})
	t.Run("at its longest age", func(t *testing.T) {
		a := newApp(t, p.Provider, func(s *setup) {
			s.config.MaxAge = 90 * time.Minute
			s.guard.Session.MaxAge = 90 * time.Minute
		})
		a.loggedIn(t, a.Browser, "ada")
		a.clock.advance(50 * time.Minute)
		got, _ := a.refresh(t, a.Browser, 200)
		if got.Idle > got.Ends {
			t.Errorf("the session ends at %d and idles until %d", got.Ends, got.Idle)
		}
		a.clock.advance(41 * time.Minute)
		a.orders(t, a.Browser, 401)
		a.refresh(t, a.Browser, 401)
	})
}
