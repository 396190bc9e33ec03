package console

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// kept is how many requests are kept.
const kept = 200

// entry is a request that was answered, without the answer's body.
type entry struct {
	seq  int // from 1 on
	size int // of the request's body, which is kept up to mostBody

	// found are the rights that the included authorizer found, in its context's words; nil if it does not say.
	found map[string]string
	apigateway.Record
}

// ring keeps the last requests.
type ring struct {
	mu      sync.Mutex
	last    int // the number of the last one
	cleared int // how often they were forgotten
	entries [kept]entry
}

// add takes a request without what may be large. It is done while the request's caller waits, so nothing is made of it
// yet.
func (r *ring) add(record *apigateway.Record) {
	e := entry{Record: *record, size: len(record.Request.Body)}
	request := *record.Request
	if request.Body = nil; e.size <= mostBody {
		request.Body = bytes.Clone(record.Request.Body)
	}
	e.Request, e.Answer.Body, e.Reason = &request, nil, short(record.Reason)
	if f := record.Failure; f != nil {
		e.Failure = &apigateway.Failure{Function: f.Function, Type: f.Type, Message: short(f.Message), Frames: f.Frames}
	}
	v := record.Verdict
	if l := v.Known.Lambda; l != nil && l.Context["issuer"] != "" { // see authz's documentation of its context
		e.found = map[string]string{}
		for _, kind := range []string{"scopes", "groups", "roles"} {
			e.found[kind] = short(l.Context[kind])
		}
	}
	e.Verdict = checks.Verdict{
		Denial: shortDenial(v.Denial), Principal: short(v.Principal),
		Authorizer: v.Authorizer, Cache: v.Cache, AuthorizerTime: v.AuthorizerTime,
	}
	for _, s := range v.Trace {
		step := checks.Step{Check: s.Check, Passed: s.Passed, Detail: short(s.Detail)}
		e.Verdict.Trace = append(e.Verdict.Trace, step)
	}
	// The headers of an answer may be parts of the text that a function answered with, all of which they would keep.
	all := record.Answer.Headers
	e.Answer.Headers = make(exchange.Headers, min(len(all), mostHeaders))
	for i, h := range all[:len(e.Answer.Headers)] {
		e.Answer.Headers[i] = exchange.Header{Name: strings.Clone(short(h.Name)), Value: strings.Clone(short(h.Value))}
	}
	if more := len(all) - mostHeaders; more > 0 {
		e.Answer.Headers = append(e.Answer.Headers, exchange.Header{Name: "…", Value: fmt.Sprintf("%d more", more)})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	e.seq = r.last
	r.entries[e.seq%kept] = e
}

// mostBody is how much of a request's body is kept, in bytes: all of it or nothing.
const mostBody = 64 << 10

// mostHeaders is how many headers of an answer are kept: nothing but the function bounds how many there are.
const mostHeaders = 100

// longest is how much is kept of a text, in bytes: a function can fail with words of some megabytes.
const longest = 4000

// short is the beginning of a text up to a space, so that no credential in it is cut and then no longer found.
func short(text string) string {
	if len(text) <= longest {
		return text
	}
	end := strings.LastIndexAny(text[:longest], " \n")
	return strings.Clone(text[:max(end, 0)]) + fmt.Sprintf(" … (%d bytes in all)", len(text))
}

func shortDenial(d *mapping.Failure) *mapping.Failure {
	if d == nil {
		return nil
	}
	return &mapping.Failure{Status: d.Status, Reason: short(d.Reason)}
}

// after are the requests that came after one, the newest first, and the number of the newest one there is.
func (r *ring) after(seq int) (out []entry, last int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := r.last; n > max(seq, r.last-kept, 0); n-- {
		if e := r.entries[n%kept]; e.seq == n {
			out = append(out, e)
		}
	}
	return out, r.last
}

// find looks a request up by its id.
func (r *ring) find(id string) (entry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.entries {
		if e.seq > 0 && e.Request.RequestID == id {
			return e, true
		}
	}
	return entry{}, false
}

// clear forgets the requests. Numbers go on.
func (r *ring) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = [kept]entry{}
	r.cleared++
}

// clearings is how often the requests were forgotten.
func (r *ring) clearings() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cleared
}
