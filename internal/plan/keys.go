package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

type (
	// APIKey requires the key of a usage plan, in addition to what the route's guard requires.
	APIKey struct{}

	// KeyOnly opens a route to every caller that has the key of a usage plan.
	KeyOnly struct{ Reason string }
)

var _, _ Word = APIKey{}, KeyOnly{}

func (APIKey) isAccess()  {}
func (KeyOnly) isAccess() {}

func (APIKey) word() string  { return "APIKey" }
func (KeyOnly) word() string { return "KeyOnly" }

func (APIKey) addTo(r *PlannedRoute) []error {
	r.NeedsKey = true
	if r.NeedsNoKey {
		return []error{errors.New("it has APIKey, and its MethodOptions set ApiKeyRequired to false: leave one of them out")}
	}
	return nil
}

func (k KeyOnly) addTo(r *PlannedRoute) (errs []error) {
	if r.KeyOnly && k.Reason != r.Reason {
		errs = append(errs, twoReasons("KeyOnly", r.Reason, k.Reason))
	}
	r.NeedsKey, r.KeyOnly, r.Reason = true, true, k.Reason
	if strings.TrimSpace(k.Reason) == "" {
		errs = append(errs, errors.New(`KeyOnly needs a reason, for those who review it, as a key does not say who calls: `+
			`KeyOnly("partners send their key, prices are no secret")`))
	}
	if r.NeedsNoKey {
		errs = append(errs, errors.New("it has KeyOnly, and its MethodOptions set ApiKeyRequired to false: leave one of "+
			"them out"))
	}
	return errs
}

// openTo opens a route to every caller. The parameter again reports whether an earlier Public did so.
func (a Public) openTo(r *PlannedRoute, again bool) (errs []error) {
	if again && a.Reason != r.Reason {
		errs = append(errs, twoReasons("Public", r.Reason, a.Reason))
	}
	if strings.TrimSpace(a.Reason) == "" {
		errs = append(errs,
			errors.New(`Public needs a reason, for those who review it: Public("load balancer health check")`))
	}
	r.Reason = a.Reason
	return errs
}

// twoReasons returns the error for a route that is opened for two reasons. A review would show only one.
func twoReasons(word, first, second string) error {
	return fmt.Errorf("it is %s twice, because of %q and of %q: say one reason, or join the two", word, first, second)
}

// checkKey refuses keys that contradict the other words of a route. The parameter public reports whether the route has
// the word Public. A Public route whose MethodOptions require a key is treated like one with KeyOnly.
func (r *PlannedRoute) checkKey(public bool) (errs []error) {
	switch {
	case public && r.KeyOnly:
		errs = append(errs, errors.New("it is both Public and KeyOnly: leave Public out, if callers need a key"))
	case public && slices.Contains(r.Access, Access(APIKey{})):
		errs = append(errs, errors.New(`it is Public and needs an API key: say KeyOnly("why a key is enough") instead of `+
			`Public, or leave the key out`))
	}
	r.KeyOnly = r.KeyOnly || public && r.NeedsKey
	if r.NeedsKey && r.Pattern.Verb == "OPTIONS" {
		errs = append(errs, errors.New("it needs an API key, but a browser's preflight sends none: declare Props.CORS "+
			"instead of the route, or let it need no key"))
	}
	return errs
}

// Keyed returns the routes that need an API key, in the order of [Plan.Sorted].
func (p *Plan) Keyed() (patterns []string) {
	for r := range p.Sorted() {
		if r.NeedsKey {
			patterns = append(patterns, r.Pattern.String())
		}
	}
	return patterns
}

// openWord returns the word that opens a route.
func (r *PlannedRoute) openWord() string {
	for _, a := range r.Access {
		if _, ok := a.(KeyOnly); ok {
			return "KeyOnly"
		}
	}
	return "Public"
}

// eitherProblem returns why a word cannot be an alternative.
func eitherProblem(w Word) string {
	return fmt.Sprintf("%s, which is not a requirement of who calls: write it beside Either", w.word())
}
