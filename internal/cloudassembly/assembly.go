// Package cloudassembly reads a CDK cloud assembly: its manifest, templates and assets, and resolves CloudFormation's
// intrinsic functions to the values that a local run needs.
//
//	a, err := cloudassembly.Read("cdk.out")
//	model := a.Model(cloudassembly.Options{})
//	for _, api := range model.APIs {
//		for _, method := range api.Methods {
//			fmt.Println(api.Name, method.Verb, method.Path, method.Authorization)
//		}
//	}
//
// It does not synthesize, deploy, or ask AWS anything. What AWS would choose at deployment, such as the id of an API, is
// a stand-in that looks like the real one and is the same in every run. What it cannot resolve is an error or a
// [Problem] that names the place: nothing becomes empty in silence.
package cloudassembly

import (
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
}

// Read reads the cloud assembly in a folder, such as cdk.out: the manifest, every stack's template, the asset
// manifests, the assemblies of stages inside it, and the templates of nested stacks. Assets themselves are not opened.
//
// The error is [ErrNotAssembly] if the folder is none, or is incomplete.
func Read(dir string) (*Assembly, error) {
	a := &Assembly{Dir: dir}
	if err := a.readFolder(dir, nil); err != nil {
		return nil, err
	}
	a.sortStacks()
	a.readNestedStacks()
	return a, nil
}

// Parse makes an assembly of one stack out of a template in JSON. It has no assets: its functions can have inline code
// only, and its nested stacks are not read.
func Parse(stackName string, template []byte) (*Assembly, error) {
	t, err := parseTemplate(template)
	if err != nil {
		return nil, fmt.Errorf("assembly: template of stack %s: %w", stackName, err)
	}
	a := &Assembly{stacks: []*Stack{{Name: stackName, Path: stackName, Template: t}}}
	a.readNestedStacks()
	return a, nil
}

// Stacks are all stacks, those of stages and nested ones included, in the order of their paths and nested ones last.
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

func (a *Assembly) sortStacks() {
	slices.SortFunc(a.stacks, func(x, y *Stack) int { return strings.Compare(x.Path, y.Path) })
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
