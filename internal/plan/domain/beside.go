package domain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Use describes how an API uses a custom domain, for the checks of the other APIs in an app.
type Use struct {
	API       string // its path
	Domain    string // the path of the domain's construct; "" for an imported domain
	Name      string // of the domain
	Place     string // where the stack is deployed, as far as it is known
	BasePaths []string
	Rules     []Rule
	Patterns  []route.Pattern
}

// Beside refuses what two APIs of an app cannot both have: two domains with one name in one place, one base path or one
// priority of a rule of one domain, and a route that the domain never sends to its API because the longer base path or
// a rule of the other API takes its requests.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
func (u Use) Beside(other Use) error {
	named := u.Name == other.Name && u.Place == other.Place
	if u.Domain != other.Domain || u.Domain == "" && !named {
		if u.Domain == "" || other.Domain == "" || !named {
			return nil
		}
		return fmt.Errorf("Domain.Name %q is also the name of the domain %s, and a name is unique in an account and "+
			"region: share the domain, by Domain{Of: that domain, BasePaths: ...} in one of the APIs", u.Name, other.Domain)
	}
	for _, mine := range u.BasePaths {
		for _, theirs := range other.BasePaths {
			if cdktoken.Unresolved(mine) || cdktoken.Unresolved(theirs) {
				continue
			}
			if mine == theirs {
				return fmt.Errorf("the base path %q of the domain %q is also that of %s: give one of the APIs another one in "+
					"Domain.BasePaths", "/"+mine, u.Name, other.API)
			}
			if err := checkHidden(u, mine, other, theirs); err != nil {
				return err
			}
			if err := checkHidden(other, theirs, u, mine); err != nil {
				return err
			}
		}
	}
	if err := u.rulesBeside(other); err != nil {
		return err
	}
	return other.rulesBeside(u)
}

// checkHidden returns an error if a route of one API lies below the longer base path of another. A route with a
// parameter at that place is allowed, because the parameter also takes other paths, which still reach the route.
func checkHidden(outer Use, path string, inner Use, longer string) error {
	below, is := strings.CutPrefix("/"+longer, strings.TrimSuffix("/"+path, "/")+"/")
	if !is {
		return nil
	}
	want := strings.Split(below, "/")
	for _, p := range outer.Patterns {
		if len(p.Segments) < len(want) || slices.ContainsFunc(p.Segments[:len(want)], func(s route.Segment) bool {
			return s.Kind != route.Literal
		}) {
			continue
		}
		if !strings.HasPrefix(p.Path()+"/", "/"+below+"/") {
			continue
		}
		return fmt.Errorf("route %q of %s, which the domain %q has at %q, is never reached: requests for it go to %s at %q; "+
			"give one of the APIs another base path, or the route another path", p, outer.API, outer.Name, "/"+path,
			inner.API, "/"+longer)
	}
	return nil
}

// rulesBeside refuses rules of two APIs that a domain cannot both have, and what a rule of one API keeps from another.
func (u Use) rulesBeside(other Use) error {
	for _, mine := range u.Rules {
		for _, theirs := range other.Rules {
			switch {
			case mine.Priority == theirs.Priority:
				return fmt.Errorf("Domain.Rules has the priority %d, which a rule of %s has at the domain %q too: "+
					"give each rule of a domain its own", mine.Priority, other.API, u.Name)
			case mine.hides(theirs):
				return neverReached(other, theirs, u, mine)
			case theirs.hides(mine):
				return neverReached(u, mine, other, theirs)
			}
		}
		if len(mine.Headers) > 0 || cdktoken.Unresolved(mine.BasePath) {
			continue
		}
		for _, path := range other.BasePaths {
			if cdktoken.Unresolved(path) {
				continue
			}
			if isBelow(path, mine.BasePath) {
				return fmt.Errorf("the base path %q of %s at the domain %q is never reached: "+
					"the rule %d of %s takes its requests; give the rule Headers, or one of the APIs another path",
					"/"+path, other.API, u.Name, mine.Priority, u.API)
			}
			if err := checkHidden(other, path, u, mine.BasePath); err != nil {
				return err
			}
		}
	}
	return nil
}

// neverReached is the error for a rule that another one keeps all requests from.
func neverReached(of Use, rule Rule, by Use, first Rule) error {
	return fmt.Errorf("the rule %d of %s at the domain %q is never reached: "+
		"the rule %d of %s matches all of its requests first; give it a lower priority",
		rule.Priority, of.API, of.Name, first.Priority, by.API)
}
