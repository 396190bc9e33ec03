package plan

import (
	"errors"
	"fmt"
)

// ForwardCaller adds the caller to the requests of a route's integration.
type ForwardCaller struct{}

var _ Word = ForwardCaller{}

func (ForwardCaller) isAccess()    {}
func (ForwardCaller) word() string { return "ForwardCaller" }

func (ForwardCaller) addTo(r *PlannedRoute) []error {
	r.ForwardsCaller = true
	return nil
}

// Caller returns the variables that hold the callers of a route with [ForwardCaller], or nil without it.
func (r PlannedRoute) Caller() *Caller {
	if !r.ForwardsCaller || r.Guard == nil {
		return nil
	}
	return &r.Guard.Caller
}

// checkForwardCaller refuses ForwardCaller on a route without a known caller, and on a route whose backend already gets
// the caller.
func (r PlannedRoute) checkForwardCaller(open bool) []error {
	switch {
	case !r.ForwardsCaller:
		return nil
	case open:
		return []error{fmt.Errorf("it is %s and has ForwardCaller, and no guard identifies its callers: "+
			"leave one of them out",
			r.openWord())}
	case !r.Integrated:
		return []error{errors.New("it has ForwardCaller, and its function gets the caller in the event's " +
			"requestContext anyway: leave it out")}
	case r.Guard == nil:
		return nil // reported already
	case r.Guard.Caller == Caller{}:
		return []error{fmt.Errorf("it has ForwardCaller, and mapping templates get the claims of %s as JSON text with "+
			"quotes, which its integration cannot send on safely: guard the route with a TokenAuthorizer with JWT, or answer "+
			"it with a function", r.Guard)}
	}
	return nil
}
