package accessdiff

import "github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"

// ownFunctionGuard returns the authorizer of a route if its function is the app's own; else nil.
func (s *side) ownFunctionGuard(r matrix.Route) *guard {
	g := s.guards[r.Authorizer]
	if g == nil || g.Included || r.Kind != matrix.Token && r.Kind != matrix.Request {
		return nil
	}
	return g
}

// unlikeFor reports whether it is not known how the other API decides for a caller, because an app's own function
// decides on one of the sides.
func (p pair) unlikeFor(c *caller, old matrix.Route) bool {
	theirs := p.was.ownFunctionGuard(old)
	switch {
	case theirs != nil:
		return c.Kind != Anonymous && c.decides != theirs.identity()
	case old.Kind == matrix.None:
		return false
	}
	return c.Kind == Own
}

// inFavour returns callers that stand for a caller about whom the other API's decision is not known. That API's guard
// admits each of them, so if the API still refuses all of them, it refuses the caller.
//
// complete is false if its policies distinguish too many.
func (p pair) inFavour(c *caller, old matrix.Route) (out []*caller, complete bool) {
	stands, complete := []*caller{c}, true
	if old.Kind == matrix.IAM { // the resource policy can depend on the signer
		stands, complete = p.was.signers(p.is)
	}
	for _, s := range stands {
		admitted := *s
		admitted.admitted, admitted.APIKey = true, c.APIKey
		out = append(out, &admitted)
	}
	return out, complete
}

// unlike reports two routes for the same request of which an app's own function guards one and something else the
// other. If the authorizer has the same name on both sides, unknownAuthorizer reports it.
func (p pair) unlike(was, is matrix.Route, add func(Change)) {
	both := was.Authorizer == is.Authorizer && p.was.ownFunctionGuard(was) != nil && p.is.ownFunctionGuard(is) != nil
	if p.lost {
		was, is = is, was
	}
	if both {
		return
	}
	before := guardName(was)
	if was.String() != is.String() {
		before += ", for " + was.String()
	}
	add(Change{Route: is.String(), Effect: Unknown, Was: guardName(was), Is: guardName(is), Text: is.String() + ": " +
		guardName(is) + " guards it (was " + before + "), and which callers a function allows cannot be compared"})
}

// guardName names the guard of a route.
func guardName(r matrix.Route) string {
	if r.Authorizer != "" {
		return "the authorizer " + r.Authorizer
	}
	return "IAM"
}
