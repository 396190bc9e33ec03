package logintest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Wire records secrets that were sent: tokens, codes, states, nonces, verifiers, client secrets and assertions, and
// cookies. It is safe for concurrent use. The zero value is ready.
type Wire struct {
	mu      sync.Mutex
	secrets map[string]string      // kinds by secret
	found   map[string][]leakyPart // texts that a log must not contain, by their first bytes
}

// leakyPart is a part of a secret in one spelling.
type leakyPart struct{ text, kind string }

// shortest is the minimum length of a secret. A shorter value may be in a log by chance.
const shortest = 12

// secretNames are the parameters, form fields and members with secrets.
var secretNames = []string{
	"access_token",
	"client_assertion",
	"client_secret",
	"code",
	"code_verifier",
	"id_token",
	"id_token_hint",
	"logout_token",
	"nonce",
	"refresh_token",
	"request_uri",
	"state",
	"token",
}

// Note adds a secret.
func (w *Wire) Note(kind, secret string) {
	if len(secret) < shortest {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.secrets == nil {
		w.secrets, w.found = map[string]string{}, map[string][]leakyPart{}
	}
	if _, known := w.secrets[secret]; known {
		return
	}
	w.secrets[secret] = kind
	for _, part := range partsOf(secret) {
		quoted, _ := json.Marshal(part)
		for _, text := range []string{part, url.QueryEscape(part), url.PathEscape(part), string(quoted[1 : len(quoted)-1])} {
			w.found[text[:shortest]] = append(w.found[text[:shortest]], leakyPart{text, kind})
		}
	}
}

// Secrets returns the number of secrets of each kind.
func (w *Wire) Secrets() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := map[string]int{}
	for _, kind := range w.secrets {
		n[kind]++
	}
	return n
}

// Leaks returns the kinds of secrets that a text contains: a whole secret, a part of a JWT, or the first or last
// characters of a long secret, also as written in a URL or in JSON.
func (w *Wire) Leaks(text string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := map[string]bool{}
	for i := range max(0, len(text)-shortest+1) {
		for _, part := range w.found[text[i:i+shortest]] {
			if strings.HasPrefix(text[i:], part.text) {
				found[part.kind] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// partsOf returns the parts of a secret that a log must not contain.
func partsOf(secret string) []string {
	parts := []string{secret}
	// Of a JWT these are all parts except the header, which is the same in all tokens of a key.
	if jwt := strings.Split(secret, "."); len(jwt) == 3 && len(jwt[2]) >= shortest {
		parts = append(parts, jwt[1], jwt[2])
		if len(jwt[2]) > 32 {
			parts = append(parts, jwt[2][:24], jwt[2][len(jwt[2])-24:])
		}
	} else if len(secret) > 48 {
		parts = append(parts, secret[:24], secret[len(secret)-24:])
	}
	return parts
}

func (w *Wire) values(v url.Values) {
	for _, name := range secretNames {
		for _, secret := range v[name] {
			w.Note(name, secret)
		}
	}
}

func (w *Wire) request(r Request) {
	w.values(r.Query)
	w.values(r.Form)
	for _, value := range r.Header["Authorization"] {
		_, credentials, _ := strings.Cut(value, " ")
		w.Note("Authorization", credentials)
	}
	w.cookies(r.Header["Cookie"])
}

func (w *Wire) answer(h http.Header, body []byte) {
	if location, err := url.Parse(h.Get("Location")); err == nil {
		w.values(location.Query())
	}
	w.setCookies(h["Set-Cookie"])
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return
	}
	for _, name := range secretNames {
		if secret, ok := members[name].(string); ok {
			w.Note(name, secret)
		}
	}
}

func (w *Wire) cookies(headers []string) {
	for _, h := range headers {
		for pair := range strings.SplitSeq(h, ";") {
			_, value, _ := strings.Cut(pair, "=")
			w.Note("cookie", strings.TrimSpace(value))
		}
	}
}

func (w *Wire) setCookies(headers []string) {
	for _, h := range headers {
		pair, _, _ := strings.Cut(h, ";")
		_, value, _ := strings.Cut(pair, "=")
		w.Note("cookie", strings.TrimSpace(value))
	}
}
