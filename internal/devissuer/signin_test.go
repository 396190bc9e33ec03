package devissuer

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestTypedPerson checks that another person has the typed rights, as far as the client requests them.
func TestTypedPerson(t *testing.T) {
	s := serveShop(t)
	got := redeem(t, s, signIn(t, s, authURL(s), "persona", "typed", "subject", " ada ", "scopes", "orders:read  other",
		"groups", "staff, night shift,,staff", "roles", "", "claims", `{"tenant": "acme", "level": 3}`))
	claims, _ := unverified(got.Access)
	if !claims.Get("sub").Is("ada") || got.Scope != "openid orders:read offline_access" ||
		claims.Find("realm.groups").Raw() != `["staff","night shift"]` || claims.Get("permissions").Raw() != "" ||
		!claims.Get("tenant").Is("acme") || claims.Get("level").Raw() != "3" {
		t.Errorf("%+v: %s", got, claims.Raw())
	}

	_, text := page(t, authURL(s))
	_, form := formOf(t, text)
	for name, tt := range map[string]struct {
		fill  []string
		wrong string
		want  string
	}{
		"no subject":             {[]string{"subject", " "}, "subject", "Type a subject."},
		"a scope with a quote":   {[]string{"scopes", `a"b`}, "scopes", "Scopes are words"},
		"claims that are text":   {[]string{"claims", "x"}, "claims", "not a JSON object"},
		"claims that are a list": {[]string{"claims", "[1]"}, "claims", "not a JSON object"},
		"null":                   {[]string{"claims", "null"}, "claims", "not a JSON object"},
		"the issuer's claim":     {[]string{"claims", `{"iss": "x"}`}, "claims", "The claim iss cannot be typed"},
		"deep claims": {
			[]string{"claims", `{"x": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`}, "claims",
			"nested too deeply",
		},
		"many claims":            {[]string{"claims", `{"x": "` + strings.Repeat("x", maxClaims) + `"}`}, "claims", "2,048"},
		"a persona that is gone": {[]string{"persona", "persona x"}, "", "the chosen persona is gone"},
		"many groups":            {[]string{"groups", strings.Repeat("group ", maxCode/6)}, "", "make a code of"},
	} {
		in := url.Values{"persona": {"typed"}, "subject": {"ada"}, "request": form["request"]}
		for n := 0; n < len(tt.fill); n += 2 {
			in.Set(tt.fill[n], tt.fill[n+1])
		}
		answer, err := client0.PostForm(s.AuthorizationURL(shopURL), in)
		if err != nil {
			t.Fatal(err)
		}
		text := body(t, answer)
		answer.Body.Close()
		all := controls(t, text)
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, tt.want) || len(chosen(all)) != 1 {
			t.Errorf("%s: %s, chosen %q: %s", name, answer.Status, chosen(all), text)
		}
		for _, c := range all {
			if c.wrong != (c.name == tt.wrong) {
				t.Errorf("%s: the field %s is wrong: %v", name, c.name, c.wrong)
			}
			if n := slices.Index(tt.fill, c.name); n >= 0 && c.kind == "input" && c.value != tt.fill[n+1] {
				t.Errorf("%s: the field %s is %q again", name, c.name, c.value)
			}
		}
	}
}

// TestSignInIsBoundToThePage checks that a form is rejected if another site sends it, or if it does not come from this
// page.
func TestSignInIsBoundToThePage(t *testing.T) {
	s := serveShop(t)
	_, text := page(t, authURL(s))
	action, form := formOf(t, text)
	send := func(form url.Values, headers ...string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, hostOf(s)+action, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for n := 0; n < len(headers); n += 2 {
			r.Header.Add(headers[n], headers[n+1])
		}
		answer, err := client0.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer, body(t, answer)
	}
	for name, tt := range map[string]struct {
		headers []string
		want    int
	}{
		"this page":                      {[]string{"Sec-Fetch-Site", "same-origin", "Origin", hostOf(s)}, 303},
		"this page, in an older browser": {[]string{"Origin", hostOf(s)}, 303},
		"not a browser":                  {nil, 303},
		"another site": {
			[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.com"}, 403,
		},
		"another port":    {[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"}, 403},
		"the address bar": {[]string{"Sec-Fetch-Site", "none"}, 403},
		"two words": {
			[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "same-origin"}, 403,
		},
		"another site, in an older browser": {[]string{"Origin", "https://evil.example.com"}, 403},
		"a page without an origin":          {[]string{"Origin", "null"}, 403},
		"an app on localhost":               {[]string{"Origin", "http://localhost:4000"}, 403},
	} {
		if answer, text := send(form, tt.headers...); answer.StatusCode != tt.want {
			t.Errorf("%s: %s: %s", name, answer.Status, text)
		}
	}
	forged := url.Values{"persona": form["persona"]}
	if answer, text := send(forged); answer.StatusCode != 400 || !strings.Contains(text, "not that of the sign-in page") {
		t.Errorf("without what the page was given: %s: %s", answer.Status, text)
	}
	forged.Set("request", form.Get("request")[1:])
	if answer, _ := send(forged); answer.StatusCode != 400 {
		t.Errorf("altered: %s", answer.Status)
	}
	forged["request"] = []string{form.Get("request"), form.Get("request")}
	if answer, _ := send(forged); answer.StatusCode != 400 {
		t.Errorf("twice: %s", answer.Status)
	}
	form.Set("action", "cancel")
	answer, _ := send(form)
	if got := query(t, answer); answer.StatusCode != 303 || got.Get("error") != "access_denied" ||
		got.Get("state") != "a state" || got.Get("iss") != shopURL {
		t.Errorf("cancelled: %v", got)
	}
	form.Del("action")
	s.appOrigin = "http://localhost:4001"
	if answer, text := send(form); answer.StatusCode != 400 || !strings.Contains(text, "no longer has the redirect URI") {
		t.Errorf("after the app has changed: %s: %s", answer.Status, text)
	}
	s.appOrigin = appOrigin
	s.clock.Advance(maxForm)
	if answer, text := send(form); answer.StatusCode != 400 ||
		!strings.Contains(text, "was open for longer than 30 minutes") {
		t.Errorf("later: %s: %s", answer.Status, text)
	}
}
