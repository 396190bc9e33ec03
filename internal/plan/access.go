package plan

import "github.com/gatehouse-cdk/gatehouse/internal/access"

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
