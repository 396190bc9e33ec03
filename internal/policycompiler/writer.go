package policycompiler

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// writer writes the two statements, and reports what is too large.
type writer struct {
	to     []byte
	start  int // where the policy begins in to
	prefix string
	c      *Compiler
	denies bool // whether there is a Deny already
	err    error
}

func (w *writer) open(e iampolicy.Effect) {
	w.to = append(append(append(w.to, opening...), e...), element...)
}

// deny ends the list of what is allowed and begins the list of what is denied.
func (w *writer) deny() {
	if !w.denies {
		w.denies = true
		w.to = append(append(w.to, nextDeny...), element...)
	}
}

// resource writes a resource. Nothing in it needs to be escaped in JSON or in a policy: see [ARN] and [route.Parse].
// The length of a resource with a mark is checked when its values are filled in: see [filler].
func (w *writer) resource(verb string, path ...string) {
	if w.to[len(w.to)-1] != '[' {
		w.to = append(w.to, ',')
	}
	w.to = append(w.to, '"')
	before := len(w.to)
	w.to = append(append(w.to, w.prefix...), verb...)
	for _, p := range path {
		w.to = append(w.to, p...)
	}
	if n := len(w.to) - before; n > maxResource && w.err == nil && bytes.IndexByte(w.to[before:], mark[0]) < 0 {
		w.err = fmt.Errorf("%w: the resource %q has %d characters, and API Gateway takes %d: shorten the route's path",
			ErrTooLarge, w.to[before:], n, maxResource)
	}
	w.to = append(w.to, '"')
}

func (w *writer) plans(plans []plan) {
	w.open(iampolicy.Allow)
	wildcards := false
	for _, p := range plans {
		for _, verb := range p.class.verbs {
			for _, e := range p.allow {
				w.c.entryPaths(e, func(stem, tail string) { w.resource(verb, stem, tail) })
				wildcards = wildcards || e.form != exactly || strings.Contains(w.c.nodes[e.node].stem, "*")
			}
			for _, path := range p.bound {
				refinedPaths(path, func(stem, tail string) { w.resource(verb, stem, tail) })
				wildcards = wildcards || strings.Contains(path, "*")
			}
		}
	}
	for _, p := range plans {
		for _, verb := range p.class.verbs {
			for _, e := range p.deny {
				w.deny()
				w.c.entryPaths(e, func(stem, tail string) { w.resource(verb, stem, tail) })
			}
			for _, path := range p.refined {
				w.deny()
				refinedPaths(path, func(stem, tail string) { w.resource(verb, stem, tail) })
			}
		}
	}
	if wildcards { // something is barred if there are plans
		w.deny()
		w.resource("", noSlashes)
	}
	w.denyEscapes()
}

func (w *writer) denyEscapes() {
	if w.c.DenyEscapes {
		w.deny()
		w.resource("", noEscapes)
	}
}

func (w *writer) close() ([]byte, error) {
	w.to = append(w.to, closing...)
	if n := len(w.to) - w.start; n > w.c.Limit && w.err == nil {
		w.err = fmt.Errorf("%w: %d bytes, and the limit is %d: guard fewer routes with one authorizer, or put those that "+
			"need the same under one path", ErrTooLarge, n, w.c.Limit)
	}
	if w.err != nil {
		return w.to[:w.start], w.err
	}
	return w.to, nil
}
