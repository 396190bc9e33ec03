package cloudassembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Template is a CloudFormation template. Its values are not evaluated; they are as in JSON, with numbers as
// [json.Number]. Resources share equal values, so values must not be changed.
type Template struct {
	Parameters map[string]Parameter
	Mappings   map[string]map[string]map[string]any
	Conditions map[string]any
	Resources  map[string]*TemplateResource
	Outputs    map[string]Output

	// Transforms are the macros with which CloudFormation rewrites the template before it deploys it.
	Transforms []string
}

// Parameter is a value that the deployment supplies.
type Parameter struct {
	Type          string
	Default       any   // nil without one
	AllowedValues []any // nil if any value is allowed
	NoEcho        any   // true if CloudFormation masks the value in its output
}

// TemplateResource is a resource of a template.
type TemplateResource struct {
	Type       string
	Condition  string // the name of a condition; "" if the resource is unconditional
	Properties map[string]any
	Path       string         // of its construct, from its metadata; "" if that has none
	Metadata   map[string]any // other notes of the app and of CDK; nil for none, and if it is not a map
	DependsOn  []string       // logical ids
}

// Note returns the resource's metadata under a name; "" if that is not a string.
func (r *TemplateResource) Note(name string) string {
	text, _ := r.Metadata[name].(string)
	return text
}

// constructPath is the metadata key for the path of a resource's construct.
// Source: https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
const constructPath = "aws:cdk:path"

// assetPath is the metadata key for the file or folder in the assembly that is the resource's asset.
// Source: https://www.npmjs.com/package/@aws-cdk/cloud-assembly-api (lib/assets.js)
const assetPath = "aws:asset:path"

// Output is a value that a stack exposes.
type Output struct {
	Condition string
	Value     any
	Export    *struct{ Name any }
}

// maxTemplate is the size limit of a template, in bytes. CloudFormation's own limit is 1 MB.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const maxTemplate = 4 << 20

// parseTemplate parses a template of a size. It parses resource by resource, because the decoder holds what it parses
// several times.
func parseTemplate(in io.Reader, size int64, values *propertyValues) (*Template, error) {
	if size > maxTemplate {
		return nil, fmt.Errorf("%w: %d bytes, and a template has at most 1 MB", ErrTooLarge, size)
	}
	values.file.Reset(in)
	d := json.NewDecoder(values.file)
	d.UseNumber()
	t := &Template{Resources: map[string]*TemplateResource{}}
	err := eachMember(d, func(name string) error { return t.parseMember(d, name, values) })
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("want a template in JSON, as CDK writes it: %w", err)
	}
	return t, nil
}

// eachMember calls f with the name of each member of the object that is next in d, or not at all for null. f must take
// the member's value from d.
func eachMember(d *json.Decoder, f func(name string) error) error {
	switch start, err := d.Token(); {
	case err != nil || start == nil:
		return err
	case start != json.Delim('{'):
		return fmt.Errorf("got %v, want an object", start)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if err := f(name.(string)); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// parseMember parses a member of a template, whose value is next in d.
func (t *Template) parseMember(d *json.Decoder, name string, values *propertyValues) error {
	switch name {
	case "Parameters":
		return d.Decode(&t.Parameters)
	case "Mappings":
		return d.Decode(&t.Mappings)
	case "Conditions":
		return d.Decode(&t.Conditions)
	case "Outputs":
		return d.Decode(&t.Outputs)
	case "Transform":
		var in any
		err := d.Decode(&in)
		t.Transforms = transforms(in)
		return err
	case "Resources":
		return eachMember(d, func(id string) (err error) {
			if t.Resources[id], err = parseResource(d, values); err != nil {
				return fmt.Errorf("resource %s %w", id, err)
			}
			return nil
		})
	}
	return d.Decode(new(json.RawMessage))
}

// parseResource parses the resource that is next in d. The error continues a sentence about it.
func parseResource(d *json.Decoder, values *propertyValues) (*TemplateResource, error) {
	in := &values.in
	*in = resourceJSON{Properties: in.Properties[:0], Metadata: in.Metadata[:0]}
	if err := d.Decode(in); err != nil {
		return nil, fmt.Errorf("is not valid: %w", err)
	}
	if in.Type == "" {
		return nil, errors.New("has no Type")
	}
	properties, err := values.parse(in.Properties)
	if err != nil {
		return nil, fmt.Errorf("is not valid: %w", err)
	}
	path, metadata, err := values.metadata(in.Metadata)
	if err != nil {
		return nil, fmt.Errorf("is not valid: %w", err)
	}
	return &TemplateResource{in.Type, in.Condition, properties, path, metadata, dependsOn(in.DependsOn)}, nil
}

// dependsOn returns the names in a DependsOn, which is a name or a list.
func dependsOn(v any) (out []string) {
	list, is := v.([]any)
	if !is {
		list = []any{v}
	}
	for _, entry := range list {
		if id, ok := entry.(string); ok {
			out = append(out, id)
		}
	}
	return out
}

// transforms returns the names of macros. A template has one or a list of them, as strings or as objects with a Name.
func transforms(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case map[string]any:
		return transforms(v["Name"])
	case []any:
		var out []string
		for _, entry := range v {
			if _, nested := entry.([]any); !nested {
				out = append(out, transforms(entry)...)
			}
		}
		return out
	}
	return []string{Describe(v)}
}
