package cloudassembly

import (
	"bytes"
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
	Metadata   map[string]any // notes of the app and of CDK; nil if it is not a map
	DependsOn  []string       // logical ids
}

// Note returns the resource's metadata under a name; "" if that is not a string.
func (r *TemplateResource) Note(name string) string {
	text, _ := r.Metadata[name].(string)
	return text
}

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

func parseTemplate(data []byte, values *propertyValues) (*Template, error) {
	if len(data) > maxTemplate {
		return nil, fmt.Errorf("%w: %d bytes, and a template has at most 1 MB", ErrTooLarge, len(data))
	}
	var in struct {
		Template
		Transform any
		Resources map[string]*struct {
			Type       string
			Condition  string
			Properties map[string]json.RawMessage
			Metadata   any
			DependsOn  any
		}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("want a template in JSON, as CDK writes it: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("want a template in JSON, as CDK writes it: something follows it")
	}
	t := in.Template
	t.Transforms = transforms(in.Transform)
	t.Resources = make(map[string]*TemplateResource, len(in.Resources))
	for id, r := range in.Resources {
		if r == nil || r.Type == "" {
			return nil, fmt.Errorf("resource %s has no Type", id)
		}
		properties, err := values.parse(r.Properties)
		if err != nil {
			return nil, fmt.Errorf("resource %s: %w", id, err)
		}
		metadata, _ := r.Metadata.(map[string]any) // other tools may write anything there
		t.Resources[id] = &TemplateResource{r.Type, r.Condition, properties, metadata, dependsOn(r.DependsOn)}
	}
	return &t, nil
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
