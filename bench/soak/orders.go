//go:build linux

package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// order is an order of the service.
type order struct {
	ID        string `json:"id"`
	Customer  string `json:"customer"`
	CreatedBy string `json:"createdBy"`
}

// newID returns a version 7 UUID (RFC 9562 section 5.7), as the service requires.
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

// create creates an order with a unique name. The answer must contain it and the caller's name.
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
				return fmt.Errorf("got the Location %q, want orders/%s", location, o.ID)
			}
			return o.is(body)
		},
	}
}

// get requests an existing or a missing order. Each process has its own orders, so a process that did not create an
// order does not know it.
func (m *maker) get(c caller) request {
	if len(m.made) == 0 || m.random.IntN(2) == 0 {
		return request{
			kind:  "get a missing order",
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

// is checks that a body contains this order.
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
			return fmt.Errorf("want only orders of this run's callers")
		}
	}
	return nil
}
