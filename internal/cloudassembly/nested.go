package cloudassembly

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// readNestedStacks adds the stacks that are resources of other stacks, at any depth. A stack that cannot be read is a
// problem of the model, not of the assembly, since nothing may need it.
func (a *Assembly) readNestedStacks() {
	e := a.Evaluator(Options{})
	for i := 0; i < len(a.stacks); i++ { // the list grows in the loop
		s := a.stacks[i]
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			if s.Template.Resources[id].Type != NestedStackType {
				continue
			}
			child, err := s.readNested(e, id, a.values)
			if s.nested == nil {
				s.nested = map[string]nested{}
			}
			s.nested[id] = nested{child, err}
			if err == nil {
				a.stacks = append(a.stacks, child)
				e.stacks = a.stacks
			}
		}
	}
}

func (s *Stack) readNested(e *Evaluator, id string, values *propertyValues) (*Stack, error) {
	file, err := s.nestedTemplate(e, id)
	if err != nil {
		return nil, err
	}
	for up := s; up != nil; up = up.Parent {
		if up.file == file {
			return nil, fmt.Errorf("%w: the nested stack's template is that of %s, which it is nested in", ErrCycle, up.Path)
		}
	}
	child := &Stack{
		Name: e.generatedName(s, id, kind{}), Path: s.Path + "/" + id, Account: s.Account, Region: s.Region,
		Parent: s, LogicalID: id, dir: s.dir, assets: s.assets,
	}
	if err := child.readTemplate(file, values); err != nil {
		return nil, err
	}
	return child, nil
}

// nestedTemplate returns the file of a nested stack's template: the asset whose key ends the TemplateURL.
func (s *Stack) nestedTemplate(e *Evaluator, id string) (string, error) {
	r := s.Template.Resources[id]
	url, err := e.Evaluate(s, id, "Properties.TemplateURL", r.Properties["TemplateURL"])
	text, ok := url.(string)
	if err == nil && ok {
		found := "" // the longest match, since one key may end with another
		for key := range s.assets {
			if strings.HasSuffix(text, "/"+key) && len(key) > len(found) {
				found = key
			}
		}
		if found != "" {
			return s.Asset(found)
		}
	}
	if path := r.Note(assetPath); path != "" {
		return exists(s, pathIn(s.dir, path))
	}
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("%w: its template %v is not in the assembly", ErrNoAsset, url)
}
