//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// request is a request to send, with the expected answers.
type request struct {
	kind  string
	verb  string
	path  string // including the stage
	token string
	body  string
	want  []int                                  // the expected statuses
	check func(body []byte, h http.Header) error // checks the body of an answer with an expected status
}

// says checks that a body is a text.
func says(text string) func([]byte, http.Header) error {
	return func(body []byte, _ http.Header) error {
		if strings.TrimSpace(string(body)) != text {
			return fmt.Errorf("want %s", text)
		}
		return nil
	}
}

// quotes checks that a body contains a text.
func quotes(text string) func([]byte, http.Header) error {
	return func(body []byte, _ http.Header) error {
		if !strings.Contains(string(body), text) {
			return fmt.Errorf("want %q in it", text)
		}
		return nil
	}
}

// API Gateway's messages.
const (
	unauthorized = `{"message":"Unauthorized"}`
	notFound     = `{"message":"Missing Authentication Token"}`
	noStage      = `{"message":"Forbidden"}`
	noRight      = "is not authorized to access this resource"
	noSignature  = "Invalid key=value pair (missing equal-sign) in Authorization header" // for no route and a bearer token
)

// maker makes requests for one worker.
type maker struct {
	random  *rand.Rand
	callers []caller
	made    []order // recently created orders
}

// nonce returns a text that no other request has.
func (m *maker) nonce() string { return fmt.Sprintf("n%016x", m.random.Uint64()) }

// next makes a request of any kind, preferring those that functions answer.
func (m *maker) next() request {
	c := choose(m.random, m.callers)
	const orders = "/prod/orders"
	guarded := []struct{ verb, path string }{
		{"GET", orders},
		{"POST", orders},
		{"GET", orders + "/" + m.newID()},
		{"DELETE", orders + "/" + m.newID()},
	}
	switch n := m.random.IntN(20); n {
	case 0, 1:
		return request{kind: "public", verb: "GET", path: "/prod/health", want: []int{200}, check: says(`{"status":"ok"}`)}
	case 2:
		return request{
			kind:  "public, with an invalid token",
			verb:  "GET",
			path:  "/prod/health",
			token: choose(m.random, c.bad).token,
			want:  []int{200},
			check: says(`{"status":"ok"}`),
		}
	case 3, 4:
		return request{
			kind:  "list",
			verb:  "GET",
			path:  orders + "?limit=5",
			token: c.read,
			want:  []int{200},
			check: m.checkList,
		}
	case 5, 6, 7:
		return m.create(c)
	case 8, 9:
		return m.get(c)
	case 10:
		if len(m.made) == 0 {
			return m.create(c)
		}
		i := m.random.IntN(len(m.made))
		o := m.made[i]
		m.made = slices.Delete(m.made, i, i+1)
		return request{kind: "delete", verb: "DELETE", path: orders + "/" + o.ID, token: c.admin, want: []int{204, 404}}
	case 11:
		nonce := m.nonce()
		return request{
			kind:  "unknown member",
			verb:  "POST",
			path:  orders,
			token: c.write,
			body:  fmt.Sprintf(`{%q:1}`, nonce),
			want:  []int{400},
			check: quotes(nonce),
		}
	case 12:
		return request{
			kind:  "value not permitted",
			verb:  "POST",
			path:  orders,
			token: c.write,
			body:  m.draft(m.newID(), m.nonce(), 0),
			want:  []int{422},
			check: quotes("#/lines/0/quantity"),
		}
	case 13:
		nonce := m.nonce()
		body := `{"` + nonce + strings.Repeat("x", 30_000) + `":1}`
		return request{
			kind:  "long body",
			verb:  "POST",
			path:  orders,
			token: c.write,
			body:  body,
			want:  []int{400},
			check: quotes(nonce),
		}
	case 14:
		g := choose(m.random, guarded)
		return request{kind: "without a token", verb: g.verb, path: g.path, want: []int{401}, check: says(unauthorized)}
	case 15, 16:
		g, bad := choose(m.random, guarded), choose(m.random, c.bad)
		return request{
			kind:  "with a token " + bad.why,
			verb:  g.verb,
			path:  g.path,
			token: bad.token,
			want:  []int{401},
			check: says(unauthorized),
		}
	case 17:
		g := choose(m.random, guarded)
		return request{
			kind:  "without any right",
			verb:  g.verb,
			path:  g.path,
			token: c.nothing,
			want:  []int{403},
			check: quotes(noRight),
		}
	case 18:
		if m.random.IntN(2) == 0 {
			return request{
				kind:  "create with a token for reading",
				verb:  "POST",
				path:  orders,
				token: c.read,
				body:  m.draft(m.newID(), m.nonce(), 1),
				want:  []int{403},
				check: quotes(noRight),
			}
		}
		return request{
			kind:  "delete without the group",
			verb:  "DELETE",
			path:  orders + "/" + m.newID(),
			token: c.write,
			want:  []int{403},
			check: quotes(noRight),
		}
	}
	g := choose(m.random, []struct {
		verb, path, token string
		check             func([]byte, http.Header) error
	}{
		{"GET", "/prod/nothing", "", says(notFound)},
		{"PUT", orders, "", says(notFound)},
		{"GET", orders + "/1/2", c.admin, quotes(noSignature)},
		{"GET", "/other/orders", c.admin, says(noStage)},
	})
	return request{
		kind:  "no such route",
		verb:  g.verb,
		path:  g.path,
		token: g.token,
		want:  []int{403},
		check: g.check,
	}
}
