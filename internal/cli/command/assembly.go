package command

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// DefaultAssembly is where CDK writes a cloud assembly.
// Source: https://docs.aws.amazon.com/cdk/v2/guide/cli.html
const DefaultAssembly = "cdk.out"

// ReadAssembly reads a cloud assembly and resolves it with values for template parameters. Names that AWS would choose,
// such as a user pool's ID, are the same in every run and for every command, so a token of one command works with the
// API that another one serves.
func ReadAssembly(dir string, parameters Pairs) (*cloudassembly.Assembly, *apimodel.Model, error) {
	a, err := cloudassembly.Read(dir)
	if err != nil {
		if errors.Is(err, cloudassembly.ErrNotAssembly) {
			err = fmt.Errorf("%w, or name another folder with --assembly", err)
		}
		return nil, nil, err
	}
	return a, apimodel.Read(a, cloudassembly.Options{Parameters: parameters}), nil
}

// NoteParameters writes a note for each parameter that no template of an assembly has: its name may be misspelt.
func (p *Process) NoteParameters(command string, a *cloudassembly.Assembly, given Pairs) {
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
		if near := Closest(name, known); near != "" {
			meant = fmt.Sprintf("did you mean %s?", near)
		}
		p.Note(command, "no template has the parameter %s of --parameters: %s", name, meant)
	}
}
