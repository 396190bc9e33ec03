package plan

import (
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/bodyschema"
)

// Access restricts who may call a route: a [Requirement], [Either], [Public], [GuardedBy],
// [Forward], [AnyCaller], a [Word] or [Unsupported].
type Access interface{ isAccess() }

type (
	// Requirement asks for one of several values.
	Requirement access.Requirement

	// Either asks for one of several requirements.
	Either struct{ Of []Access }

	// Public opens a route.
	Public struct{ Reason string }

	// GuardedBy names the route's authorizer.
	GuardedBy struct{ Name string }

	// Forward asks for the access token of the caller's session.
	Forward struct{}

	// AnyCaller leaves the default requirements of the API out.
	AnyCaller struct{}

	// Unsupported is a value of a type that does not restrict access.
	Unsupported struct{ Type string }
)

func (Requirement) isAccess() {}
func (Either) isAccess()      {}
func (Public) isAccess()      {}
func (GuardedBy) isAccess()   {}
func (Forward) isAccess()     {}
func (AnyCaller) isAccess()   {}
func (Unsupported) isAccess() {}

// Body says what the bodies of a route's requests have to be.
type Body struct {
	Source string // where the schema is from, in words
	Name   string // of the model
	Model  *bodyschema.Model
	Err    error // what is wrong with the schema; Model is nil then
}

// OnlyIf makes a route where a condition of the stack holds.
type OnlyIf struct {
	Path      string // of the condition's construct; "" for none
	Condition any    // CDK's, which is handed on
}

// Throttle limits how often a route is called, by all callers together.
type Throttle struct {
	Rate  float64 // requests a second, on average
	Burst int     // requests at once
}

func (Body) isAccess()     {}
func (Throttle) isAccess() {}
