package cloudassembly

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Stack is a CloudFormation stack of the assembly.
type Stack struct {
	// Name is the stack's name in CloudFormation, such as "Prod-Shop".
	Name string

	// Path is the stack's place in the app, such as "Prod/Shop". It identifies the stack in the assembly.
	Path string

	// Account and Region are where the stack is deployed; "" if that is left to the deployment.
	Account, Region string

	// Parent is the stack that contains a nested stack as a resource, and LogicalID that resource; nil and "" for other
	// stacks.
	Parent    *Stack
	LogicalID string

	Template *Template

	artifact   string
	dir        string // the folder of its manifest
	file       string
	parameters map[string]string // values of parameters that the app sets
	assets     assetSet
	nested     map[string]nested
}

// nested is the stack of a resource of type AWS::CloudFormation::Stack, or the reason why it cannot be read.
type nested struct {
	stack *Stack
	err   error
}

// SharesManifest reports whether two stacks are in the same manifest, and so in the same app or the same stage of it.
func (s *Stack) SharesManifest(o *Stack) bool { return s.dir == o.dir }

// File returns the path of the stack's template; "" for a template that was parsed by [Parse].
func (s *Stack) File() string { return s.file }

// NestedError says why the template of a nested stack, the resource with that logical ID, could not be read.
func (s *Stack) NestedError(logicalID string) error { return s.nested[logicalID].err }

func (s *Stack) readTemplate(file string, values *propertyValues) error {
	in, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return notAssembly(s.dir, "%s, the template of stack %s, is missing: run \"cdk synth\" again",
			filepath.Base(file), s.Path)
	}
	if err != nil {
		return notAssembly(s.dir, "%w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return notAssembly(s.dir, "%w", err)
	}
	if s.Template, err = parseTemplate(in, info.Size(), values); err != nil {
		return notAssembly(s.dir, "%s, the template of stack %s: %w", filepath.Base(file), s.Path, err)
	}
	s.file = file
	return nil
}

// Asset returns the folder or file on disk that is uploaded under a key of S3. The error is [ErrNoAsset].
func (s *Stack) Asset(key string) (string, error) {
	a, ok := s.assets[key]
	switch {
	case !ok:
		return "", fmt.Errorf("assembly: %s: %w: nothing in the assembly is uploaded as %q", s.Path, ErrNoAsset, key)
	case a.byCommand:
		return "", fmt.Errorf("assembly: %s: %w: %s is made by a command when it is published", s.Path, ErrNoAsset, a.name)
	}
	if name, reason := BuiltName(a.name); reason != "" {
		return "", fmt.Errorf("assembly: %s: %w: %s is not built: %s", s.Path, ErrNoAsset, name, reason)
	}
	return exists(s, a.path)
}

// AssetOf finds a resource's asset by its key in S3, or else by the path that CDK notes for local tools. Assets of the
// older kind, whose key is a parameter, have that path too.
func (s *Stack) AssetOf(r *TemplateResource, key string) (string, error) {
	path := r.Note(assetPath)
	if _, listed := s.assets[key]; listed || path == "" {
		return s.Asset(key)
	}
	return exists(s, pathIn(s.dir, path))
}

func exists(s *Stack, path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("assembly: %s: %w: %s is gone: run \"cdk synth\" again", s.Path, ErrNoAsset, path)
	}
	return path, nil
}
