package login

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestPages checks that each page has a title, a sentence that explains what happened, and one link.
func TestPages(t *testing.T) {
	pages := map[string]page{"onward": onwardPage("/prod/orders")}
	failure := errors.New("words of a failure")
	for name, c := range map[string]struct {
		problem     problem
		title, text string // what the text begins with
	}{
		"return_path": {denied(http.StatusBadRequest, "return_path"),
			"This link cannot be used", "It asks for a page outside"},
		"access_denied": {denied(http.StatusForbidden, "access_denied"),
			"You are not logged in", "Access was denied when you signed in"},
		"no_attempt": {denied(http.StatusBadRequest, "no_attempt"),
			"This login cannot be completed", "It took too long"},
		"attempt_ended": {denied(http.StatusBadRequest, "attempt_ended"),
			"This login cannot be completed", "It took too long"},
		"response": {denied(http.StatusBadRequest, "response"),
			"This login cannot be completed", "It took too long"},
		"login_required": {denied(http.StatusBadRequest, "login_required"),
			"You are not logged in", "The login was not completed"},
		"provider": {unavailable("provider", failure),
			"Logging in does not work at the moment", "Please try again"},
		"client": {misconfigured("client", failure),
			"Logging in does not work", "The operators of this site"},
		"guard_audience": {misconfigured("guard_audience", failure),
			"This site does not accept your login", "The login worked"},
		"id_token_nonce": {problem{http.StatusBadGateway, failed, "id_token_nonce", failure},
			"Logging in does not work", "The operators of this site"},
	} {
		p := pageFor(c.problem)
		if p.title != c.title || !strings.HasPrefix(p.text, c.text) {
			t.Errorf("%s: the page says %q and %q, want %q and %q", name, p.title, p.text, c.title, c.text)
		}
		if want := "Log in again"; p.link != want && name != "return_path" || p.link == want && name == "return_path" {
			t.Errorf("%s: the link says %q", name, p.link)
		}
		pages[name] = p
	}
	for name, p := range pages {
		text := p.html()
		for _, want := range []string{
			`<!doctype html><html lang="en">`, `<meta charset="utf-8">`, `name="viewport"`, "<title>" + p.title + "</title>",
			"<h1>" + p.title + "</h1>", `<a href="` + p.to + `">`,
		} {
			if strings.Count(text, want) != 1 {
				t.Errorf("%s: %d times %q", name, strings.Count(text, want), want)
			}
		}
		if p.title == "" || p.text == "" || p.link == "" || strings.Contains(text, "words of a failure") {
			t.Errorf("%s: %s", name, text)
		}
		if onward := strings.Contains(text, "<script>") &&
			strings.Contains(text, "http-equiv"); onward != (name == "onward") {
			t.Errorf("%s: the page redirects: %v", name, onward)
		}
		if strings.Contains(text, "://") || strings.Contains(text, "//") {
			t.Errorf("%s loads something: %s", name, text)
		}
	}
}

// A path is escaped everywhere in a page.
func TestPathInPage(t *testing.T) {
	text := onwardPage(`/a?x='y'&z="<b>`).html()
	const want = `/a?x=&#39;y&#39;&amp;z=&#34;&lt;b&gt;`
	if strings.Count(text, want) != 2 || strings.Contains(text, "<b>") {
		t.Error(text)
	}
}
