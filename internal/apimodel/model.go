package apimodel

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// Model is what the assembly's stacks make, as far as a local run of its REST APIs needs it. Its values are resolved;
// objects refer to each other by pointers. Lists are in a stable order.
type Model struct {
	APIs      []*API
	Functions []*Function
	UserPools []*UserPool
	Tables    []*Table

	Permissions  []*Permission // to invoke functions
	FunctionURLs []*FunctionURL
	OtherAPIs    []OtherAPI // that are not REST APIs
	OutsideAPIs  []OtherAPI // REST APIs that are not in the assembly and get methods from it; LogicalID is the written id

	Principals []*Principal // IAM roles and users

	Groups          []*PolicySet // IAM groups
	ManagedPolicies []*PolicySet // that no role or user of the assembly has

	APIKeys    []*APIKey
	UsagePlans []*UsagePlan

	OutsidePlanKeys []OutsidePlanKey

	Domains []*Domain

	Undecided []Undecided // in the order of their stacks and logical ids

	Texts []Text // in the order of their types

	// Problems are what the templates ask for and a local run cannot honour, or what could not be resolved.
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

// FunctionOf finds the function that an ARN, a partial ARN or a name means, with the alias or version that follows it,
// or "". A name that stacks of several stages have is that of the stack nearest to the one whose path is given. Source
// of the three forms: FunctionName in https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
func (m *Model) FunctionOf(arn, stack string) (f *Function, qualifier string) {
	end := "" // of the ARN that is meant, where the name is not enough
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
		if n := shared(candidate.Stack, stack); n > best {
			f, best = candidate, n
		}
	}
	if f == nil {
		qualifier = ""
	}
	return f, qualifier
}

// shared counts the leading segments that two paths share.
func shared(x, y string) int {
	a, b := strings.Split(x, "/"), strings.Split(y, "/")
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// Behind returns the function that answers a method, by a proxy integration or another one; nil if no function of the
// assembly does.
func (m *Model) Behind(method *Method) *Function {
	if f := method.Integration.Function; f != nil {
		return f
	}
	arn, _ := serviceuri.Function(method.Integration.URI)
	f, _ := m.FunctionOf(arn, method.Stack)
	return f
}
