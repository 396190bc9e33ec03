package accessdiff

import "github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"

// own is the authorizer of a route whose function is the app's own; nil for another one.
func (s *side) own(r matrix.Route) *guard {
	g := s.guards[r.Authorizer]
	if g == nil || g.Included || r.Kind != matrix.Token && r.Kind != matrix.Request {
		return nil
	}
	return g
}

// unlikeFor reports whether a caller is one of which it is not known what the other API's route does: a function of the
// app's own decides on one of the sides.
func (p pair) unlikeFor(c *caller, old matrix.Route) bool {
	theirs := p.was.own(old)
	switch {
	case theirs != nil:
		return c.Kind != Anonymous && c.decides != theirs.identity()
	case old.Kind == matrix.None:
		return false
	}
	return c.Kind == Own
}

// inFavour are callers who stand for one of whom it is not known what the other API's route does: its guard admits each
// of them, so that what still refuses all of them refuses the caller.
//
// Complete is false if its policies tell too many apart.
func (p pair) inFavour(c *caller, old matrix.Route) (out []*caller, complete bool) {
	stands, complete := []*caller{c}, true
	if old.Kind == matrix.IAM { // the resource policy can be about who signs
		stands, complete = p.was.signers(p.is)
	}
	for _, s := range stands {
		admitted := *s
		admitted.admitted, admitted.APIKey = true, c.APIKey
		out = append(out, &admitted)
	}
	return out, complete
}

// unlike reports two routes for one request, of which a function of the app's own guards one and something else the
// other. Where the authorizer has the same name on both sides, unknownAuthorizer says it.
func (p pair) unlike(was, is matrix.Route, add func(Change)) {
	both := was.Authorizer == is.Authorizer && p.was.own(was) != nil && p.is.own(is) != nil
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

// guardName names what guards a route.
func guardName(r matrix.Route) string {
	if r.Authorizer != "" {
		return "the authorizer " + r.Authorizer
	}
	return "IAM"
}
