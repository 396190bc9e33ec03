package access

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Check returns what is wrong with a requirement: an unknown kind, a member that its kind does not have, no value, or a
// value that no token can have.
func (r Requirement) Check() error {
	switch r.Kind {
	case Scope, Group, Role, Claim, ClaimHas, PathIs, PathIn, Tenant:
		if len(r.Either) > 0 {
			return fmt.Errorf("a %s requirement has alternatives, which only %s has", r.Kind, Either)
		}
	case Either:
		return r.checkEither()
	default:
		return fmt.Errorf("unknown kind of requirement %q: want %s, %s, %s, %s, %s, %s, %s, %s or %s",
			r.Kind, Scope, Group, Role, Claim, ClaimHas, PathIs, PathIn, Tenant, Either)
	}
	if err := r.checkClaim(); err != nil {
		return err
	}
	switch {
	case !r.OfPath():
	case Ownership:
		return r.checkPath()
	default:
		return errUnlinked
	}
	if r.Parameter != "" {
		return fmt.Errorf("a %s requirement names the path's parameter %q, which it does not look at", r.Kind, r.Parameter)
	}
	if r.Kind == Tenant {
		if len(r.AnyOf) > 0 {
			return fmt.Errorf("a %s requirement has values of its own: the claim has them", r.Kind)
		}
		return nil
	}
	if len(r.AnyOf) == 0 {
		return fmt.Errorf("a %s requirement without a value admits no caller: name at least one", r.Kind)
	}
	for i, v := range r.AnyOf {
		switch {
		case v == "":
			return fmt.Errorf("a %s requirement has an empty value, which no token brings: leave it out", r.Kind)
		case !utf8.ValidString(v):
			return fmt.Errorf("%s %q is not valid UTF-8, which no token is either", r.Kind, v)
		case r.Kind == Scope && strings.ContainsFunc(v, isSpace):
			return fmt.Errorf("scope %q: a space separates scopes (RFC 6749, section 3.3): name each alone", v)
		case r.Claim != "" && slices.Contains(r.AnyOf[:i], v):
			return fmt.Errorf("the value %q of claim %s is listed twice: leave one out", v, r.Claim)
		}
	}
	return nil
}

func (r Requirement) checkPath() error {
	switch {
	case r.Parameter == "":
		return fmt.Errorf("a requirement on the path without the name of a parameter: name it, as in " +
			`PathParameter("id")`)
	case len(r.AnyOf) > 0:
		return fmt.Errorf("a %s requirement has values of its own: the claim has them", r.Kind)
	}
	return nil
}

func (r Requirement) checkClaim() error {
	switch {
	case !r.ofClaim() && r.Claim != "":
		return fmt.Errorf("a %s requirement names the claim %q: the issuer's settings say which claim has %ss",
			r.Kind, r.Claim, r.Kind)
	case r.ofClaim() && r.Claim == "":
		return fmt.Errorf("a claim requirement without the name of the claim: name it, as in Claim(\"plan\")")
	case !utf8.ValidString(r.Claim):
		return fmt.Errorf("the claim's name %q is not valid UTF-8, which no token is either", r.Claim)
	}
	return nil
}

func (r Requirement) checkEither() error {
	const either = "Either" // the name in a table
	switch {
	case r.Claim != "" || r.Parameter != "" || len(r.AnyOf) > 0:
		return fmt.Errorf("an %s requirement has values of its own: its alternatives have them", Either)
	case len(r.Either) < 2:
		return fmt.Errorf("%s has %d alternatives: name at least two, or write the requirement without %[1]s",
			either, len(r.Either))
	}
	for i, a := range r.Either {
		if a.Kind == Either {
			return fmt.Errorf("%s is an alternative of %[1]s: name its alternatives in the outer one", either)
		}
		if a.Kind == Tenant { // a caller who meets another alternative would have no tenant
			return fmt.Errorf("a %s requirement is an alternative of %s: each caller of the route needs a tenant",
				Tenant, either)
		}
		if err := a.Check(); err != nil {
			return err
		}
		if slices.ContainsFunc(r.Either[:i], a.Equal) {
			return fmt.Errorf("%s has the alternative %q twice: leave one out", either, a)
		}
	}
	return nil
}

// CheckAll checks the requirements of one route. Each must be correct by itself. No two may name one claim, the route
// must have the parameters that they name, and a token must be able to meet all of them.
func CheckAll(p route.Pattern, requires []Requirement) (errs []error) {
	for i, r := range requires {
		if err := r.Check(); err != nil {
			errs = append(errs, err)
		} else if (r.ofClaim() || r.Kind == Either) && slices.ContainsFunc(requires[:i], r.Equal) {
			errs = append(errs, fmt.Errorf("it requires twice that %s: leave one out", r))
		}
		for path := range r.Paths {
			if err := path.checkParameter(p); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if len(errs) > 0 {
		return errs
	}
	if n := countWays(requires); n > maxWays {
		errs = append(errs, fmt.Errorf("parameters of the path meet its requirements in %d ways, and %d are supported: name "+
			"fewer alternatives", n, maxWays))
	}
	if _, ok := Least(requires); !ok {
		errs = append(errs, errors.New("no token meets all that it requires, since a claim has one text: name the texts "+
			"that it may have in one OneOf"))
	}
	return errs
}

var errUnlinked = errors.New("it requires that a parameter of the path is a claim, and this function was built " +
	"without the tag gatehouse_ownership: the secureapi construct of the same release sets it")

// checkParameters returns an error if the route lacks a parameter that the requirement or one of its alternatives
// names.
func (r Requirement) checkParameters(p route.Pattern) error {
	if !Ownership {
		return nil // Check has reported the requirement
	}
	for path := range r.Paths {
		if err := path.checkParameter(p); err != nil {
			return err
		}
	}
	return nil
}

// checkParameter returns an error if the route has no such parameter for a requirement on its path.
func (r Requirement) checkParameter(p route.Pattern) error {
	var have []string
	for _, s := range p.Segments {
		switch {
		case s.Kind == route.Greedy && s.Text == r.Parameter:
			return fmt.Errorf("the parameter {%s+} takes any number of segments, so that no claim can be compared with it: put "+
				"a parameter of one segment before it, as in /{%[1]s}/{rest+}", r.Parameter)
		case s.Kind == route.Param && s.Text == r.Parameter:
			return nil
		case s.Kind == route.Param:
			have = append(have, strconv.Quote(s.Text))
		}
	}
	if have == nil {
		return fmt.Errorf("it requires that %s, and its path has no parameter of one segment: write {%s} into the path, or "+
			"leave the requirement out", r, r.Parameter)
	}
	return fmt.Errorf("it requires that %s, and its path has no parameter %q: it has %s", r, r.Parameter,
		strings.Join(have, ", "))
}
