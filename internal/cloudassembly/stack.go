package cloudassembly

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stack is a CloudFormation stack of the assembly.
type Stack struct {
	// Name is CloudFormation's name of the stack, such as "Prod-Shop".
	Name string

	// Path says where the stack is in the app, such as "Prod/Shop", and identifies it in the assembly.
	Path string

	// Account and Region are where the stack is deployed; "" if that is left to the deployment.
	Account, Region string

	// Parent is the stack that a nested stack is a resource of, and LogicalID that resource; nil and "" for others.
	Parent    *Stack
	LogicalID string

	Template *Template

	artifact   string
	dir        string // the folder of its manifest
	file       string
	parameters map[string]string // that the app sets
	assets     assetSet
	nested     map[string]nested
}

// File is the path of the stack's template; "" for one that was parsed by itself.
func (s *Stack) File() string { return s.file }

// NestedError says why the template of a nested stack, which is the resource of that logical id, could not be read.
func (s *Stack) NestedError(logicalID string) error { return s.nested[logicalID].err }

// nested is the stack that a resource of type AWS::CloudFormation::Stack is, or why it cannot be read.
type nested struct {
	stack *Stack
	err   error
}

const nestedStackType = "AWS::CloudFormation::Stack"

func readStack(dir, id string, a artifact, p properties) (*Stack, error) {
	s := &Stack{Name: p.StackName, Path: a.DisplayName, artifact: id, dir: dir, parameters: p.Parameters}
	if s.Name == "" {
		s.Name = id
	}
	if s.Path == "" {
		s.Path = id
	}
	s.Account, s.Region = environment(a.Environment)
	if p.TemplateFile == "" {
		return nil, notAssembly(dir, "artifact %s in %s names no templateFile", id, manifestFile)
	}
	if err := s.readTemplate(filepath.Join(dir, p.TemplateFile)); err != nil {
		return nil, err
	}
	return s, nil
}

// environment splits aws://account/region, and drops the parts that are unknown-account and unknown-region.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cx_api.EnvironmentUtils.html
func environment(url string) (account, region string) {
	account, region, _ = strings.Cut(strings.TrimPrefix(url, "aws://"), "/")
	if account == "unknown-account" {
		account = ""
	}
	if region == "unknown-region" {
		region = ""
	}
	return account, region
}

func (s *Stack) readTemplate(file string) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return notAssembly(s.dir, "%s, the template of stack %s, is missing: run \"cdk synth\" again", filepath.Base(file), s.Path)
	}
	if err != nil {
		return notAssembly(s.dir, "%w", err)
	}
	if s.Template, err = parseTemplate(data); err != nil {
		return notAssembly(s.dir, "%s, the template of stack %s: %w", filepath.Base(file), s.Path, err)
	}
	s.file = file
	return nil
}

// readNestedStacks adds the stacks that are resources of other stacks, at any depth. One that cannot be read is a
// problem of the model, not of the assembly, as nothing may need it.
func (a *Assembly) readNestedStacks() {
	e := a.Evaluator(Options{})
	for i := 0; i < len(a.stacks); i++ { // the list grows
		s := a.stacks[i]
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			if s.Template.Resources[id].Type != nestedStackType {
				continue
			}
			child, err := s.readNested(e, id)
			if s.nested == nil {
				s.nested = map[string]nested{}
			}
			s.nested[id] = nested{child, err}
			if err == nil {
				a.stacks = append(a.stacks, child)
			}
		}
	}
}

func (s *Stack) readNested(e *Evaluator, id string) (*Stack, error) {
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
	if err := child.readTemplate(file); err != nil {
		return nil, err
	}
	return child, nil
}

// nestedTemplate finds the file of a nested stack's template: an asset that the TemplateURL ends in the key of.
func (s *Stack) nestedTemplate(e *Evaluator, id string) (string, error) {
	r := s.Template.Resources[id]
	url, err := e.Evaluate(s, id, "Properties.TemplateURL", r.Properties["TemplateURL"])
	text, ok := url.(string)
	if err == nil && ok {
		found := "" // the longest, as a key may end in another
		for key := range s.assets {
			if strings.HasSuffix(text, "/"+key) && len(key) > len(found) {
				found = key
			}
		}
		if found != "" {
			return s.Asset(found)
		}
	}
	if r.Metadata[assetPath] != "" {
		return exists(s, within(s.dir, r.Metadata[assetPath]))
	}
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("%w: its template %v is not in the assembly", ErrNoAsset, url)
}
