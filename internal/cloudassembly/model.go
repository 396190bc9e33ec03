package cloudassembly

import (
	"cmp"
	"slices"
	"strings"
)

// ID names what an object of the model was made of: a resource of a stack.
type ID struct {
	Stack     string // the stack's path, such as "Prod/Shop"
	LogicalID string // "" for what is not in the assembly, such as an imported user pool
}

// String is "Prod/Shop/ApiGET0F1E2D3C".
func (id ID) String() string { return strings.Trim(id.Stack+"/"+id.LogicalID, "/") }

// Model is what the assembly's stacks make, as far as a local run of its REST APIs needs it. Its values are resolved;
// objects refer to each other by pointers. Lists are in a stable order.
type Model struct {
	APIs      []*API
	Functions []*Function
	UserPools []*UserPool
	Tables    []*Table
	Secrets   []*Secret

	Permissions  []*Permission // to invoke functions
	FunctionURLs []*FunctionURL
	OtherAPIs    []OtherAPI // that are not REST APIs

	Principals []*Principal // IAM roles and users

	APIKeys    []*APIKey
	UsagePlans []*UsagePlan

	// Problems are what the templates ask for and a local run cannot honour, or what could not be resolved.
	Problems []Problem
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

// String is the problem as a line of text.
func (p Problem) String() string {
	if p.ID == (ID{}) { // it is the assembly's
		return p.What
	}
	return p.ID.String() + ": " + p.What
}

// Model resolves what the stacks make. It always succeeds: what cannot be read becomes a [Problem].
func (a *Assembly) Model(o Options) *Model {
	b := newBuilder(a, o)
	b.readNestedProblems()
	b.readFunctions()
	b.readIdentity()
	b.readData()
	b.readPrincipals()
	b.readPermissions()
	b.readFunctionURLs()
	b.readAPIs()
	b.readResources()
	b.readAuthorizers()
	b.readSchemas()
	b.readMethods()
	b.readGatewayResponses()
	b.readStages()
	b.readTargets()
	b.readUsage()
	b.readOthers()
	b.finish()
	return b.model
}

// Blocking lists the problems for which a request must not be served, but be answered by 501: those of the API, the stage,
// the method, and all that the method uses. Stage and method may be nil, for a request that none is found for.
func (m *Model) Blocking(api *API, stage *Stage, method *Method) []Problem {
	ids := []ID{api.ID}
	if stage != nil {
		ids = append(ids, stage.ID)
	}
	if method != nil {
		ids = append(ids, method.ID, method.Resource.ID)
		ids = append(ids, method.Integration.uses(stage)...)
		if method.Authorizer != nil {
			ids = append(ids, method.Authorizer.uses(stage)...)
		}
		if method.Validator != nil {
			ids = append(ids, method.Validator.ID)
		}
		for _, s := range method.RequestSchemas {
			ids = append(ids, s.ID)
		}
	}
	var out []Problem
	for _, p := range m.Problems {
		if p.Blocks && slices.Contains(ids, p.ID) {
			out = append(out, p)
		}
	}
	if method != nil {
		out = append(out, method.Integration.byStage.onStage(stage, method.ID)...)
		if method.Authorizer != nil {
			out = append(out, method.Authorizer.byStage.onStage(stage, method.Authorizer.ID)...)
		}
	}
	return out
}

// ProblemsOf lists the problems of one object.
func (m *Model) ProblemsOf(id ID) []Problem {
	var out []Problem
	for _, p := range m.Problems {
		if p.ID == id {
			out = append(out, p)
		}
	}
	return out
}

func compareProblems(x, y Problem) int {
	return cmp.Or(compareIDs(x.ID, y.ID), cmp.Compare(x.What, y.What))
}

func compareIDs(x, y ID) int {
	return cmp.Or(cmp.Compare(x.Stack, y.Stack), cmp.Compare(x.LogicalID, y.LogicalID))
}
