package apimodel

import (
	"cmp"
	"strings"
)

// ID names what an object of the model was made of: a resource of a stack.
type ID struct {
	Stack     string // the stack's path, such as "Prod/Shop"
	LogicalID string // "" for what is not in the assembly, such as an imported user pool
}

// String returns "Prod/Shop/ApiGET0F1E2D3C".
func (id ID) String() string { return strings.Trim(id.Stack+"/"+id.LogicalID, "/") }

func compareIDs(x, y ID) int {
	return cmp.Or(cmp.Compare(x.Stack, y.Stack), cmp.Compare(x.LogicalID, y.LogicalID))
}

// Problem is something that a local run cannot honour.
type Problem struct {
	ID
	What string // in words, with the place in the resource and the way out where there is one

	// Blocks says that whatever uses the object must not be served. Otherwise the difference to AWS does no harm to who
	// may call what, and it is enough to tell the user.
	Blocks bool

	// OfPolicy says that it is about the resource policy of an API alone, and not about its routes and their guards.
	OfPolicy bool

	// Err is the error where a value could not be resolved, else nil.
	Err error
}

// String returns the problem as a line of text.
func (p Problem) String() string {
	if p.ID == (ID{}) { // it is the assembly's
		return p.What
	}
	return p.ID.String() + ": " + p.What
}

func compareProblems(x, y Problem) int {
	return cmp.Or(compareIDs(x.ID, y.ID), cmp.Compare(x.What, y.What))
}
