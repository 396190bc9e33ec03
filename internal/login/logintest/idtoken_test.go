package logintest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// testIDToken lets providers answer with ID tokens that are not for this login.
func testIDToken(t *testing.T, p *peer) {
	foreign := p.other
	answers := map[string]map[string]any{} // of the provider to a login of ada's
	for name, makeApp := range map[string]func() *app{
		"another login":    func() *app { return newApp(t, p.Provider) },
		"another client":   func() *app { return newApp(t, p.Provider, as(OtherClient)) },
		"another provider": func() *app { return newApp(t, foreign) },
	} {
		a := makeApp()
		for _, q := range []*Provider{p.Provider, foreign} {
			q.Edit(func(r *http.Request, status int, body []byte) (int, []byte) {
				if members := tokensOf(body); members != nil {
					answers[name] = members
				}
				return status, body
			})
		}
		a.loggedIn(t, a.Browser, "ada")
	}
	foreign.Edit(nil)
	type members = map[string]any
	put := func(member, source string) func(members) {
		return func(m members) { m[member] = answers[source][member] }
	}
	change := func(member string, by func(any) string) func(members) {
		return func(m members) { m[member] = by(m[member]) }
	}
	swap := func(target, source string) func(members) { return func(m members) { m[target] = m[source] } }
	set := func(member string, value any) func(members) { return func(m members) { m[member] = value } }
	drop := func(member string) func(members) { return func(m members) { delete(m, member) } }
	for name, c := range map[string]struct {
		change func(members)
		status int
		reason string // in the log
	}{
		"of another login":        {put("id_token", "another login"), 502, "id_token_nonce"},
		"of another client":       {put("id_token", "another client"), 502, "id_token_audience"},
		"of another provider":     {put("id_token", "another provider"), 502, "id_token_issuer"},
		"the access token for it": {swap("id_token", "access_token"), 502, "id_token_audience"},
		"missing":                 {drop("id_token"), 502, "id_token_missing"},
		"null":                    {set("id_token", nil), 502, "id_token_missing"},
		"empty":                   {set("id_token", ""), 503, "provider"},
		"another signature":       {change("id_token", forged), 502, "id_token_signature"},
		"unsigned":                {change("id_token", unsigned), 502, "id_token_algorithm"},
		"another subject":         {change("id_token", resubjected), 502, "id_token_signature"},
		"no access token":         {drop("access_token"), 503, "provider"},
		"another type of token":   {set("token_type", "N_A"), 503, "provider"},
		"a forged access token":   {change("access_token", forged), 0, ""},
		"it for the access token": {swap("access_token", "id_token"), 0, ""},
		"another's access token":  {put("access_token", "another login"), 0, ""},
	} {
		if c.status == 0 { // at_hash shows the fault or, without at_hash, the guard's check of the access token
			if c.status, c.reason = 502, "id_token_at_hash"; p.kind == OIDCProvider {
				c.status, c.reason = 500, map[string]string{
					"a forged access token": "guard_signature", "it for the access token": "guard_audience",
				}[name]
			}
		}
		t.Run(name, func(t *testing.T) {
			a := newApp(t, p.Provider)
			page := a.begin(t, a.Browser, "/orders")
			p.Edit(func(_ *http.Request, status int, body []byte) (int, []byte) {
				members := tokensOf(body)
				if members == nil {
					return status, body
				}
				c.change(members)
				text, _ := json.Marshal(members)
				return status, text
			})
			defer p.Edit(nil)
			page = page.Submit(t, url.Values{"subject": {"ada"}})
			if c.reason == "" {
				// oidc-provider leaves out at_hash where it is optional. The token is accepted, since it comes over the connection
				// to the token endpoint.
				a.want(t, page, 200, "")
				return
			}
			a.refused(t, page, c.status)
			a.wantNoSession(t, a.Browser)
			if line := callbackLine(a.log.String()); !strings.Contains(line, `"reason":"`+c.reason+`"`) {
				t.Errorf("the log says %s, want %s", line, c.reason)
			}
		})
	}
}

// tokensOf returns the members of a token response, or nil.
func tokensOf(body []byte) (members map[string]any) {
	if json.Unmarshal(body, &members) != nil || members["id_token"] == nil {
		return nil
	}
	return members
}

// callbackLine returns the last line of the log about a callback.
func callbackLine(log string) (last string) {
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"route":"callback"`) {
			last = line
		}
	}
	return last
}
