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

	// Missing are the keys of context values that the app asked for and did not have, such as an availability zone
	// look-up. While there are any, what depends on them is a dummy value: "cdk synth" looks them up.
	Missing []string

	stacks []*Stack
	values *propertyValues // while it is read
}

// Stacks returns all stacks, those of stages and nested ones included: in the order of their paths, nested ones last.
func (a *Assembly) Stacks() []*Stack { return slices.Clone(a.stacks) }

// Stack finds a stack by its path ("Prod/Shop"), its CloudFormation name ("Prod-Shop") or its artifact id. The error is
// [ErrNoStack], and lists the stacks there are.
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

// Evaluator makes an evaluator.
func (a *Assembly) Evaluator(o Options) *Evaluator {
	o.Account, o.Region = cmp.Or(o.Account, defaultAccount), cmp.Or(o.Region, defaultRegion)
	return &Evaluator{stacks: a.stacks, calls: intrinsics, options: o, known: map[value]result{}}
}
