package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// DomainUse describes how an API uses a custom domain, for the checks of the other APIs in an app.
type DomainUse struct {
	API       string // its path
	Domain    string // the path of the domain's construct; "" for an imported domain
	Name      string // of the domain
	Place     string // where the stack is deployed, as far as it is known
	BasePaths []string
	Patterns  []route.Pattern
}

// Use describes how the API uses its domain.
func (p *Plan) Use() DomainUse {
	d := p.props.Domain
	return DomainUse{Name: d.DomainName(), BasePaths: d.Paths(), Patterns: p.table.Patterns()}
}

// Beside refuses what two APIs of an app cannot both have: two domains with one name in one place, one base path of one
// domain, and a route that the domain never sends to its API because the longer base path of the other API takes its
// requests.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
func (u DomainUse) Beside(other DomainUse) error {
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
			if Unresolved(mine) || Unresolved(theirs) {
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
	return nil
}

// checkHidden returns an error if a route of one API lies below the longer base path of another. A route with a
// parameter at that place is allowed, because the parameter also takes other paths, which still reach the route.
func checkHidden(outer DomainUse, path string, inner DomainUse, longer string) error {
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
