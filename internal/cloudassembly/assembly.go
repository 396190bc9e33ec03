package cloudassembly

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Assembly is a cloud assembly on disk: stacks with their templates and assets.
type Assembly struct {
	// Dir is the folder that was read; "" for a template that was parsed by itself.
	Dir string

	// Version is the schema version of the manifest, such as "54.0.0".
	Version string

	// Missing lists the keys of context values that the app needs and does not have, such as the availability zones of an
	// account. Values that depend on them are dummies; "cdk synth" looks them up.
	Missing []string

	stacks []*Stack
	values *propertyValues // used while the assembly is read
}

// Stacks returns all stacks, including those of stages and nested ones, sorted by path, with nested ones last.
func (a *Assembly) Stacks() []*Stack { return slices.Clone(a.stacks) }

// Stack returns a stack by its path ("Prod/Shop"), its CloudFormation name ("Prod-Shop") or its artifact ID. The error
// is [ErrNoStack], and lists the existing stacks.
func (a *Assembly) Stack(name string) (*Stack, error) {
	var found []*Stack
	for _, s := range a.stacks {
		if s.Path == name {
			return s, nil
		}
		if s.Name == name || s.artifact != "" && s.artifact == name {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("assembly: %w: %q: the stacks of this assembly are %s", ErrNoStack, name, paths(a.stacks))
	}
	return nil, fmt.Errorf("assembly: %w: %q is more than one stack, say which: %s", ErrNoStack, name, paths(found))
}

func paths(stacks []*Stack) string {
	if len(stacks) == 0 {
		return "none"
	}
	names := make([]string, len(stacks))
	for i, s := range stacks {
		names[i] = s.Path
	}
	return strings.Join(names, ", ")
}

// Evaluator returns an evaluator for the assembly's templates.
func (a *Assembly) Evaluator(o Options) *Evaluator {
	o.Account, o.Region = cmp.Or(o.Account, defaultAccount), cmp.Or(o.Region, defaultRegion)
	return newEvaluator(a.stacks, intrinsics, o)
}
