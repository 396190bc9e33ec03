package console

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// kept is the number of requests that are kept.
const kept = 200

// entry is an answered request, without the answer's body.
type entry struct {
	seq  int // starts at 1
	size int // size of the request's body, which is kept up to mostBody

	// found are the rights in the included authorizer's context; nil if it has none.
	found map[string]string
	apigateway.Record
}

// ring keeps the last requests.
type ring struct {
	mu      sync.Mutex
	last    int // the number of the last request
	cleared int // how often the requests were cleared
	entries [kept]entry
}

// add adds a request without its large parts. The caller of the request waits meanwhile, so it does no other work yet.
func (r *ring) add(record *apigateway.Record) {
	e := entry{Record: *record, size: len(record.Request.Body)}
	request := *record.Request
	if request.Body = nil; e.size <= mostBody {
		request.Body = bytes.Clone(record.Request.Body)
	}
	e.Request, e.Answer.Body, e.Reason = &request, nil, short(record.Reason)
	if f := record.Failure; f != nil {
		e.Failure = &functionlog.Failure{Function: f.Function, Type: f.Type, Message: short(f.Message), Frames: f.Frames}
	}
	v := record.Verdict
	if l := v.Known.Lambda; l != nil && l.Context["issuer"] != "" { // see the documentation of authz's context
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
	// The headers of an answer may be slices of a function's answer. Without a copy, they would keep all of it in memory.
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

// mostBody is the size up to which a request's body is kept, in bytes.
const mostBody = 64 << 10

// mostHeaders is how many headers of an answer are kept, since functions can set any number.
const mostHeaders = 100

// longest is how much of a text is kept, in bytes: the message of a failed function can have megabytes.
const longest = 4000

// short returns the beginning of a text, up to a space, so that it does not cut a credential, which would then not be
// found.
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

// after returns the requests after a number, newest first, and the number of the last request.
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

// find returns a request by its ID.
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

// clear deletes the requests. Numbering continues.
func (r *ring) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = [kept]entry{}
	r.cleared++
}

// clearings returns how often the requests were cleared.
func (r *ring) clearings() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cleared
}
