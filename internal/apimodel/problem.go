package apimodel

import (
	"cmp"
	"strings"
)

// ID identifies the resource that an object of the model was made from.
type ID struct {
	Stack     string // the stack's path, such as "Prod/Shop"
	LogicalID string // "" for something outside the assembly, such as an imported user pool
}

// String returns "Prod/Shop/ApiGET0F1E2D3C".
func (id ID) String() string { return strings.Trim(id.Stack+"/"+id.LogicalID, "/") }

func compareIDs(x, y ID) int {
	return cmp.Or(cmp.Compare(x.Stack, y.Stack), cmp.Compare(x.LogicalID, y.LogicalID))
}

// Problem is something that a local run cannot honour.
type Problem struct {
	ID
	What string // describes the problem, its place in the resource and the way out if there is one

	// Blocks reports whether nothing that uses the object may be served. Otherwise the difference to AWS does not affect
	// who may call what, and telling the user is enough.
	Blocks bool

	// OfPolicy reports whether the problem concerns only the resource policy of an API, and not its routes and their
	// guards.
	OfPolicy bool

	// Ignored reports whether the problem is that settings of a stage have no effect here, such as X-Ray. A user has to
	// know of them only when looking for differences from AWS.
	Ignored bool

	// Err is the error if a value could not be resolved, else nil.
	Err error

	api *API // the API that the resource is part of; nil if it is part of none, or if that is not known
}

// String returns the problem as a line of text.
func (p Problem) String() string {
	if p.ID == (ID{}) { // a problem of the assembly itself
		return p.What
	}
	return p.ID.String() + ": " + p.What
}

func compareProblems(x, y Problem) int {
	return cmp.Or(compareIDs(x.ID, y.ID), cmp.Compare(x.What, y.What))
}
