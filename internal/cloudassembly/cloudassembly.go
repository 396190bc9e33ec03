// Package cloudassembly reads a CDK cloud assembly: its manifest, stacks, templates and assets. It resolves
// CloudFormation's intrinsic functions to the values that a local run needs.
//
//	a, err := cloudassembly.Read("cdk.out")
//	evaluator := a.Evaluator(cloudassembly.Options{})
//	for _, stack := range a.Stacks() {
//		for id, output := range stack.Template.Outputs {
//			value, err := evaluator.Evaluate(stack, "", "Outputs."+id+".Value", output.Value)
//			fmt.Println(stack.Path, id, value, err)
//		}
//	}
//
// It does not synthesize, deploy, or call AWS, and it does not know what the resources are for: package apimodel does.
// Values that AWS chooses at deployment, such as the ID of an API, are replaced by stand-ins that have the same form
// and are the same in every run. A value that cannot be resolved is an error that names the place; it never silently
// becomes empty.
package cloudassembly

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Read reads the cloud assembly in a folder, such as cdk.out: the manifest, every stack's template, the asset
// manifests, the assemblies of stages inside it, and the templates of nested stacks. Assets themselves are not opened.
//
// The error is [ErrNotAssembly] if the folder is not one, or is incomplete.
func Read(dir string) (*Assembly, error) {
	a := &Assembly{Dir: dir, values: newPropertyValues()}
	if err := a.readFolder(dir, nil); err != nil {
		return nil, err
	}
	a.sortStacks()
	a.readNestedStacks()
	a.values = nil
	return a, nil
}

// Parse makes an assembly of one stack from a template in JSON. The assembly has no assets: its functions can only have
// inline code, and its nested stacks are not read.
func Parse(stackName string, template []byte) (*Assembly, error) {
	values := newPropertyValues()
	t, err := parseTemplate(bytes.NewReader(template), int64(len(template)), values)
	if err != nil {
		return nil, fmt.Errorf("assembly: template of stack %s: %w", stackName, err)
	}
	a := &Assembly{values: values, stacks: []*Stack{{Name: stackName, Path: stackName, Template: t}}}
	a.readNestedStacks()
	a.values = nil
	return a, nil
}

func (a *Assembly) sortStacks() {
	slices.SortFunc(a.stacks, func(x, y *Stack) int { return strings.Compare(x.Path, y.Path) })
}
