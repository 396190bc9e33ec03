//go:build linux

package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// request is one to send, and what may come back.
type request struct {
	kind  string
	verb  string
	path  string // with the stage
	token string
	body  string
	want  []int                                  // the statuses that are right
	check func(body []byte, h http.Header) error // checks the body of a right answer
}

// order is one that the service was given.
type order struct {
	ID        string `json:"id"`
	Customer  string `json:"customer"`
	CreatedBy string `json:"createdBy"`
}

// says wants a body as it stands.
func says(text string) func([]byte, http.Header) error {
	return func(body []byte, _ http.Header) error {
		if strings.TrimSpace(string(body)) != text {
			return fmt.Errorf("want %s", text)
		}
		return nil
	}
}

// quotes wants a body with a text in it.
func quotes(text string) func([]byte, http.Header) error {
	return func(body []byte, _ http.Header) error {
		if !strings.Contains(string(body), text) {
			return fmt.Errorf("want %q in it", text)
		}
		return nil
	}
}

// API Gateway's words.
const (
	unauthorized = `{"message":"Unauthorized"}`
	notFound     = `{"message":"Missing Authentication Token"}`
	noStage      = `{"message":"Forbidden"}`
	noRight      = "is not authorized to access this resource"
)

// maker makes requests for one worker.
type maker struct {
	random  *rand.Rand
	callers []caller
	made    []order // some that were created not long ago
}

// nonce is a text that no other request has.
func (m *maker) nonce() string { return fmt.Sprintf("n%016x", m.random.Uint64()) }

// newID is a version 7 UUID (RFC 9562 section 5.7), such as the service takes.
func (m *maker) newID() string {
	var b [16]byte
	ms := uint64(time.Now().UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (8 * (5 - i)))
	}
	for i := 6; i < 16; i++ {
		b[i] = byte(m.random.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

func (m *maker) draft(id, customer string, quantity int) string {
	return fmt.Sprintf(
		`{"id":%q,"customer":%q,"currency":"EUR","lines":[{"sku":"tea-1","quantity":%d,"unitPrice":450}]}`,
		id,
		customer,
		quantity,
	)
}

// next makes a request of any kind, those that functions answer more often.
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
			kind:  "public, with a token that it does not need",
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
				kind:  "create with a token to read",
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
	g := choose(m.random, []struct{ verb, path, want string }{
		{
			"GET",
			"/prod/nothing",
			notFound,
		}, {"PUT", orders, notFound}, {"GET", orders + "/1/2", notFound}, {"GET", "/other/orders", noStage},
	})
	return request{
		kind:  "no such route",
		verb:  g.verb,
		path:  g.path,
		token: c.admin,
		want:  []int{403},
		check: says(g.want),
	}
}

// create makes an order of a name that no other one has, which must come back with the caller's.
func (m *maker) create(c caller) request {
	o := order{ID: m.newID(), Customer: m.nonce(), CreatedBy: c.subject}
	return request{
		kind:  "create",
		verb:  "POST",
		path:  "/prod/orders",
		token: c.write,
		body:  m.draft(o.ID, o.Customer, 1),
		want:  []int{201},
		check: func(body []byte, h http.Header) error {
			if m.made = append(m.made, o); len(m.made) > 50 {
				m.made = m.made[1:]
			}
			if location := h.Get("Location"); location != "orders/"+o.ID {
				return fmt.Errorf("want another Location than %q", location)
			}
			return o.is(body)
		},
	}
}

// get asks for an order that was made, or for one that was not. A process has orders of its own, so another one than
// that which made it does not know it.
func (m *maker) get(c caller) request {
	if len(m.made) == 0 || m.random.IntN(2) == 0 {
		return request{
			kind:  "get what is not there",
			verb:  "GET",
			path:  "/prod/orders/" + m.newID(),
			token: c.read,
			want:  []int{404},
			check: quotes("there is no order with this id"),
		}
	}
	o := choose(m.random, m.made)
	return request{
		kind:  "get",
		verb:  "GET",
		path:  "/prod/orders/" + o.ID,
		token: c.read,
		want:  []int{200, 404},
		check: func(body []byte, _ http.Header) error {
			if strings.Contains(string(body), "there is no order with this id") {
				return nil
			}
			return o.is(body)
		},
	}
}

// is wants a body with this order in it.
func (o order) is(body []byte) error {
	var got order
	if err := json.Unmarshal(body, &got); err != nil || got != o {
		return fmt.Errorf("want the order %+v", o)
	}
	return nil
}

func (m *maker) checkList(body []byte, _ http.Header) error {
	var page struct{ Orders []order }
	if err := json.Unmarshal(body, &page); err != nil || page.Orders == nil || len(page.Orders) > 5 {
		return fmt.Errorf("want a list of at most 5 orders")
	}
	for _, o := range page.Orders {
		if !strings.HasPrefix(o.Customer, "n") || !strings.HasPrefix(o.CreatedBy, "soak-") {
			return fmt.Errorf("want orders of this run's callers alone")
		}
	}
	return nil
}
