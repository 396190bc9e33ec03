package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Grantable returns the routes with these patterns. It returns an error if a grant of them would also cover another
// route.
func (p *Plan) Grantable(patterns []string) ([]PlannedRoute, error) {
	if len(patterns) == 0 {
		return nil, fmt.Errorf("no route is named: want patterns like %q", "GET /orders/{id}")
	}
	named := map[string]bool{}
	var out []PlannedRoute
	for _, pattern := range patterns {
		r, err := p.signedRoute(pattern)
		if err != nil {
			return nil, err
		}
		if !named[r.Pattern.String()] {
			named[r.Pattern.String()] = true
			out = append(out, *r)
		}
	}
	for _, granted := range out {
		for _, other := range p.Routes {
			if other.Guard == nil || !other.Guard.Signed || named[other.Pattern.String()] {
				continue
			}
			if route.WildcardCovers(granted.Pattern, other.Pattern) {
				return nil, fmt.Errorf("a grant of %q also covers %q, since the * in an ARN crosses slashes: name "+
					"both, or guard one of them otherwise", granted.Pattern, other.Pattern)
			}
		}
	}
	return out, nil
}

func (p *Plan) signedRoute(pattern string) (*PlannedRoute, error) {
	var all []string
	for i, r := range p.Routes {
		signed := r.Guard != nil && r.Guard.Signed
		switch asked := r.Pattern.String() == pattern; {
		case asked && r.Guard == nil:
			return nil, fmt.Errorf("%q is public: every caller may call it", pattern)
		case asked && !signed:
			return nil, fmt.Errorf("%q is guarded by %s, which does not look at IAM policies: guard it with an "+
				"IAMAuthorizer",
				pattern, r.Guard)
		case asked:
			return &p.Routes[i], nil
		case signed:
			all = append(all, fmt.Sprintf("%q", r.Pattern))
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no route is guarded by an IAMAuthorizer")
	}
	return nil, fmt.Errorf("there is no route %q: IAM guards %s", pattern, strings.Join(all, ", "))
}
