package apimodel

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// Model holds what the assembly's stacks create, as far as a local run of its REST APIs needs it. Its values are
// resolved, objects refer to each other by pointers, and lists are in a stable order.
type Model struct {
	APIs      []*API
	Functions []*Function
	UserPools []*UserPool
	Tables    []*Table

	Permissions  []*Permission // permissions to invoke functions
	FunctionURLs []*FunctionURL
	OtherAPIs    []OtherAPI // APIs that are not REST APIs
	OutsideAPIs  []OtherAPI // REST APIs outside the assembly that get methods from it; LogicalID is the ID as written

	Principals []*Principal // IAM roles and users

	Groups          []*PolicySet // IAM groups
	ManagedPolicies []*PolicySet // managed policies that no role or user of the assembly has

	APIKeys    []*APIKey
	UsagePlans []*UsagePlan

	OutsidePlanKeys []OutsidePlanKey

	Domains []*Domain

	Undecided []Undecided // sorted by stack and logical ID

	Texts []Text // sorted by type

	// Problems are settings of the templates that a local run cannot honour, and values that could not be resolved.
	Problems []Problem
}

func (m *Model) problem(p Problem) { m.Problems = append(m.Problems, p) }

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

// FunctionOf returns the function that an ARN, a partial ARN or a name refers to, and the alias or version after it, or
// "". If stacks of several stages have a function of that name, it returns the one in the stack nearest to the given
// path.
// Source of the three forms: FunctionName in https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
func (m *Model) FunctionOf(arn, stack string) (f *Function, qualifier string) {
	end := "" // of the intended ARN, if the name alone is ambiguous
	name := arn
	if before, after, ok := strings.Cut(arn, ":function:"); ok {
		name = after
		if strings.HasPrefix(before, "arn:") {
			if parts := strings.Split(before, ":"); len(parts) != 5 || parts[2] != "lambda" {
				return nil, ""
			}
		} else {
			before = ":" + before
		}
		name, qualifier, _ = strings.Cut(name, ":")
		end = before + ":function:" + name
	} else if strings.HasPrefix(arn, "arn:") {
		return nil, ""
	} else {
		name, qualifier, _ = strings.Cut(name, ":")
	}
	best := -1
	for _, candidate := range m.Functions {
		if candidate.ARN == "" || candidate.Name != name || !strings.HasSuffix(candidate.ARN, end) {
			continue
		}
		if n := sharedSegments(candidate.Stack, stack); n > best {
			f, best = candidate, n
		}
	}
	if f == nil {
		qualifier = ""
	}
	return f, qualifier
}

// sharedSegments counts the leading segments that two paths have in common.
func sharedSegments(x, y string) int {
	a, b := strings.Split(x, "/"), strings.Split(y, "/")
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// Behind returns the function that answers a method through any integration; nil if none of the assembly does.
func (m *Model) Behind(method *Method) *Function {
	if f := method.Integration.Function; f != nil {
		return f
	}
	arn, _ := serviceuri.Function(method.Integration.URI)
	f, _ := m.FunctionOf(arn, method.Stack)
	return f
}
