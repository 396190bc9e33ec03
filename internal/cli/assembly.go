package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// defaultAssembly is where CDK writes a cloud assembly.
// Source: https://docs.aws.amazon.com/cdk/v2/guide/cli.html
const defaultAssembly = "cdk.out"

// readAssembly reads a cloud assembly and resolves it. What AWS would choose, such as a user pool's id, is the same in
// every run and for every command, so that a token that one makes is for the API that another one runs. The parameters are
// values of template parameters.
func readAssembly(dir string, parameters pairs) (*cloudassembly.Assembly, *apimodel.Model, error) {
	a, err := cloudassembly.Read(dir)
	if err != nil {
		if errors.Is(err, cloudassembly.ErrNotAssembly) {
			err = fmt.Errorf("%w, or name another folder with --assembly", err)
		}
		return nil, nil, err
	}
	return a, apimodel.Read(a, cloudassembly.Options{Parameters: parameters}), nil
}

// noteParameters notes parameters that no template of an assembly has: their names may be misspelt.
func (s *surroundings) noteParameters(command string, a *cloudassembly.Assembly, given pairs) {
	var known []string
	for _, stack := range a.Stacks() {
		for name := range stack.Template.Parameters {
			known = append(known, stack.Name+":"+name)
			if stack.Parent == nil {
				known = append(known, name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(known, name) {
			continue
		}
		meant := "want STACK:NAME or NAME, with the stack's name in CloudFormation"
		if near := closest(name, known); near != "" {
			meant = fmt.Sprintf("did you mean %s?", near)
		}
		s.note(command, "--parameters %s is of no template: %s", name, meant)
	}
}
