package orders

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// draft is an order as a client sends it. The service sets status, time and creator.
type draft struct {
	ID       string // empty if the service is to create one
	Customer string
	Lines    []Line
	Currency string
}

// maxAhead is how far a client's clock may be ahead of ours. An ID's time is its place in the list, so without this
// limit a client could keep an order at the top.
const maxAhead = 5 * time.Minute

// parseDraft reads a request body. A body that cannot be read is a 400 with the first fault. Values that are not
// permitted are a 422 with all of them.
func parseDraft(body []byte, now time.Time) (draft, *Problem) {
	var d draft
	r, p := newReader(body)
	if p != nil {
		return draft{}, p
	}
	p = r.object("#",
		member{name: "id", optional: true, read: func(at string) *Problem {
			s, p := r.text(at, "a string")
			if p != nil {
				return p
			}
			id, ok := ParseID(s)
			switch {
			case !ok:
				r.reject(at, "want a version 7 UUID (RFC 9562), or no id: the service then makes one")
			case idTime(id).After(now.Add(maxAhead)):
				r.reject(at, "the id's time is %s, more than %v ahead of the service's: set the clock it was made by",
					idTime(id).Format(time.RFC3339), maxAhead)
			}
			d.ID = id
			return nil
		}},
		member{name: "customer", read: r.name(&d.Customer)},
		member{name: "currency", read: func(at string) *Problem {
			s, p := r.text(at, "a string")
			if p == nil && (len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
				r.reject(at, "want a currency's code of three capitals (ISO 4217), like \"EUR\"")
			}
			d.Currency = s
			return p
		}},
		member{name: "lines", read: func(at string) *Problem { return r.lines(at, &d.Lines) }},
	)
	if p != nil {
		return draft{}, p
	}
	if len(r.invalid) > 0 {
		p := problem(http.StatusUnprocessableEntity, "some values are missing or not permitted")
		p.Errors = r.invalid
		return draft{}, p
	}
	return d, nil
}

func (r *reader) lines(at string, into *[]Line) *Problem {
	p := r.array(at, func(line string, index int) *Problem {
		var l Line
		p := r.object(line,
			member{name: "sku", read: r.name(&l.SKU)},
			member{name: "quantity", read: func(at string) *Problem { return r.whole(at, 1, maxQuantity, &l.Quantity) }},
			member{name: "unitPrice", read: func(at string) *Problem { return r.whole(at, 0, maxUnitPrice, &l.UnitPrice) }},
		)
		if index < maxLines {
			*into = append(*into, l)
		} else if index == maxLines {
			r.reject(at, "want at most %d lines", maxLines)
		}
		return p
	})
	if p == nil && len(*into) == 0 {
		r.reject(at, "want at least one line")
	}
	return p
}

// name reads a customer or an SKU. It is a short name in ASCII, so that two names that look the same are the same.
func (r *reader) name(into *string) func(at string) *Problem {
	return func(at string) *Problem {
		s, p := r.text(at, "a string")
		if p == nil && (s == "" || len(s) > maxName || strings.ContainsFunc(s, notInName)) {
			r.reject(at, "want 1 to %d letters, digits or . _ : @ -", maxName)
		}
		*into = s
		return p
	}
}

func notInName(c rune) bool {
	letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	return !letter && !strings.ContainsRune("._:@-", c)
}

// same reports whether an order is what this caller would have created with the draft.
func (d draft) same(o Order, createdBy string) bool {
	return o.Customer == d.Customer && o.Currency == d.Currency && o.CreatedBy == createdBy &&
		slices.Equal(o.Lines, d.Lines)
}
