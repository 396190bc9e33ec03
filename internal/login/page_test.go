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
	for name, p := range map[string]problem{
		"return_path":    denied(http.StatusBadRequest, "return_path"),
		"access_denied":  denied(http.StatusForbidden, "access_denied"),
		"no_attempt":     denied(http.StatusBadRequest, "no_attempt"),
		"login_required": denied(http.StatusBadRequest, "login_required"),
		"provider":       unavailable("provider", errors.New("words of a failure")),
		"client":         misconfigured("client", errors.New("words of a failure")),
		"guard_audience": misconfigured("guard_audience", errors.New("words of a failure")),
		"id_token_nonce": {http.StatusBadGateway, failed, "id_token_nonce", errors.New("words of a failure")},
	} {
		pages[name] = pageFor(p)
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
