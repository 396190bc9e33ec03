package devissuer

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

var (
	//go:embed page/style.css
	style string

	//go:embed page/page.html
	pageText string

	pages = template.Must(template.New("page").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) },
	}).Parse(pageText))

	styleHash = func() string {
		sum := sha256.Sum256([]byte(style))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}()
)

// pageHeader sets the headers of a page: it has no script, may not be framed or cached, and its form may be sent only
// to these targets, including redirects.
func pageHeader(h http.Header, targets string) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+styleHash+"; img-src data:; base-uri 'none'; "+
		"form-action "+targets+"; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// With no-referrer, browsers would send the form with the Origin null.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// message is a page that only shows a text.
type message struct {
	Title string
	Text  []string
}

func (p *Provider) showMessage(w http.ResponseWriter, status int, m message) {
	render(w, status, "message", "'none'", m)
}

func (p *Provider) showRefused(w http.ResponseWriter, no *refusal) {
	p.showMessage(w, http.StatusBadRequest, message{Title: "Sign-in refused", Text: []string{
		strings.TrimSpace(no.description),
		"The browser is not sent back, so that no code reaches another site.",
	}})
}

func render(w http.ResponseWriter, status int, name, targets string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "devissuer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	pageHeader(w.Header(), targets)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// showSignIn shows the sign-in page for a request, with the form as filled in.
func (p *Provider) showSignIn(w http.ResponseWriter, status int, ring *keyring, s site, a authorization, f form) {
	sealed, err := p.sealJSON(ring, formPurpose, a)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	action, _ := url.Parse(p.AuthorizationURL(s.url)) // only the path: the page may be at localhost or 127.0.0.1
	target, _, _ := strings.Cut(a.RedirectURI, "?")
	with := a.Provider
	if with == ofPool || len(f.Ways) > 0 {
		with = "" // not worth showing, or still to be chosen
	}
	render(w, status, "signin", "'self' "+formTarget(a.RedirectURI), struct {
		Action, Issuer, Client, Target, Asked, Provider, Request string
		Form                                                     form
	}{action.Path, s.url, a.ClientID, target, strings.Join(a.Scopes, " "), with, sealed, f})
}
