package plan

import (
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/bodyschema"
)

// Access restricts who may call a route: a [Requirement], [Either], [Public], [GuardedBy],
// [Forward], [AnyCaller], a [Word] or [Unsupported].
type Access interface{ isAccess() }

type (
	// Requirement requires a caller to have one of several values.
	Requirement access.Requirement

	// Either requires a caller to meet one of several requirements.
	Either struct{ Of []Access }

	// Public opens a route to every caller.
	Public struct{ Reason string }

	// GuardedBy names the route's authorizer.
	GuardedBy struct{ Name string }

	// Forward passes the access token of the caller's session to the backend.
	Forward struct{}

	// AnyCaller exempts a route from the API's default requirements.
	AnyCaller struct{}

	// Unsupported records a value whose type does not restrict access.
	Unsupported struct{ Type string }
)

func (Requirement) isAccess() {}
func (Either) isAccess()      {}
func (Public) isAccess()      {}
func (GuardedBy) isAccess()   {}
func (Forward) isAccess()     {}
func (AnyCaller) isAccess()   {}
func (Unsupported) isAccess() {}

// Body describes the schema that a route's request bodies must match.
type Body struct {
	Source string // a description of where the schema comes from
	Name   string // of the model
	Model  *bodyschema.Model
	Err    error // why the schema is invalid; Model is nil then
}

// OnlyIf creates a route only where a condition of the stack holds.
type OnlyIf struct {
	Path      string // of the condition's construct; "" if there is no condition
	Condition any    // CDK's condition, which is passed on unread
}

// Throttle limits how often all callers together may call a route.
type Throttle struct {
	Rate  float64 // requests a second, on average
	Burst int     // requests at once
}

func (Body) isAccess()     {}
func (Throttle) isAccess() {}
