package login

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"strings"
)

// page is a page for people: a title, a sentence or two, and a link. It contains nothing of the request.
type page struct {
	title, text string
	link, to    string // the link's text and its target
	onward      bool   // whether the browser follows the link by itself
}

// pageStyle has the form of the page for navigations without a session, which package secureapi writes. All text has a
// contrast of at least 4.5:1.
const pageStyle = `:root{color-scheme:light dark;--ground:#f5f6f8;--card:#fff;--line:#d8dde4;--text:#1a2029;` +
	`--muted:#566070;--accent:#1a58b5;--on-accent:#fff}` +
	`@media(prefers-color-scheme:dark){:root{--ground:#12161c;--card:#1a2028;--line:#313a46;--text:#e6eaf0;` +
	`--muted:#a3aebd;--accent:#82b4ff;--on-accent:#0c1a30}}` +
	`*{box-sizing:border-box}` +
	`body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,` +
	`sans-serif;overflow-wrap:anywhere}` +
	`main{max-width:29rem;margin:10vh auto 0;padding:0 1rem}` +
	`div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.25rem 1.5rem}` +
	`h1{margin:0;font-size:1.25rem}` +
	`p{margin:.5rem 0 0;color:var(--muted)}p+p{margin-top:1rem}` +
	`a{display:inline-block;padding:.5rem 1rem;border-radius:6px;background:var(--accent);color:var(--on-accent);` +
	`font-weight:600;text-decoration:none}` +
	`a:focus-visible{outline:2px solid var(--text);outline-offset:2px}`

// pageScript follows the page's link and replaces the callback in the browser's history, so that going back does not
// repeat it.
const pageScript = `location.replace(document.querySelector("a").href)`

// pagePolicy allows a page only this style and this script, and forbids frames.
var pagePolicy = "default-src 'none'; style-src '" + sourceHash(pageStyle) + "'; script-src '" +
	sourceHash(pageScript) +
	"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// sourceHash returns a hash-source of Content Security Policy Level 3, section 2.3.1.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page answers with a page.
func (x *exchange) page(status int, p page) {
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.w.Header().Set("Content-Security-Policy", pagePolicy)
	x.send(status, []byte(p.html()))
}

func (p page) html() string {
	var b strings.Builder
	write := func(parts ...string) {
		for _, s := range parts {
			b.WriteString(s)
		}
	}
	write(`<!doctype html><html lang="en"><head><meta charset="utf-8">`,
		`<meta name="viewport" content="width=device-width,initial-scale=1">`)
	if p.onward {
		// A path does not begin with a quote, so everything after "url=" is the URL.
		write(`<meta http-equiv="refresh" content="0;url=`, html.EscapeString(p.to), `">`)
	}
	write(`<title>`, html.EscapeString(p.title), `</title><style>`, pageStyle, `</style></head>`,
		`<body><main><div><h1>`, html.EscapeString(p.title), `</h1><p>`, html.EscapeString(p.text), `</p>`,
		`<p><a href="`, html.EscapeString(p.to), `">`, html.EscapeString(p.link), `</a></p></div></main>`)
	if p.onward {
		write(`<script>`, pageScript, `</script>`)
	}
	write(`</body></html>`, "\n")
	return b.String()
}

// onwardPage sends the browser on to a path. It is a page and not a redirect because the cookie of the new session is
// SameSite=Strict. Browsers do not send such a cookie on a redirect that began at another site.
func onwardPage(path string) page {
	return page{"You are logged in", "The page that you asked for opens in a moment.", "Continue", path, true}
}

// again is the relative path of the login from any of its pages.
const again = "login"

// pageFor returns the page for a problem. The log has the details.
func pageFor(p problem) page {
	retry := page{link: "Log in again", to: again}
	switch {
	case p.reason == "return_path":
		retry.title, retry.text = "This link cannot be used", "It asks for a page outside of this site."
		retry.link = "Log in"
	case p.status == http.StatusForbidden:
		retry.title, retry.text = "You are not logged in", "Access was denied when you signed in."
	case p.reason == "no_attempt" || p.reason == "attempt_ended" || p.reason == "response":
		retry.title = "This login cannot be completed"
		retry.text = "It took too long, was completed before, or began in another browser."
	case p.status == http.StatusServiceUnavailable:
		retry.title, retry.text = "Logging in does not work at the moment", "Please try again in a minute."
	case strings.HasPrefix(p.reason, "guard_"):
		retry.title = "This site does not accept your login"
		retry.text = "The login worked, and the API behind this site would still refuse it. Its operators find the reason " +
			"in the log of the login function."
	case p.status >= 500:
		retry.title = "Logging in does not work"
		retry.text = "The operators of this site find the reason in the log of the login function."
	default:
		retry.title, retry.text = "You are not logged in", "The login was not completed."
	}
	return retry
}
