package apimodel

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// subName matches the names in a text of Fn::Sub.
var subName = regexp.MustCompile(`\$\{([A-Za-z0-9]+)\}`)

// references returns the conditions, the mappings and the parameters' defaults that a value of the template refers to,
// by names such as "Parameters.Name" and "Mappings.Name"; nil if it refers to none. In place of a default that must not
// be shown it returns the beginning of a hash.
func (r *reader) references(v any) map[string]string {
	out := map[string]string{}
	var visit func(v any)
	var given map[string]any // values for the parameters of a nested stack
	if up := r.stack.Parent; up != nil {
		given, _ = up.Template.Resources[r.stack.LogicalID].Properties["Parameters"].(map[string]any)
	}
	parameter := func(name string) {
		if value, ok := given[name]; ok {
			out["Parameters."+name] = cloudassembly.Written(value)
		} else if p, ok := r.stack.Template.Parameters[name]; ok && p.Default != nil {
			value := cloudassembly.Written(p.Default)
			if echo, _ := cloudassembly.Text(p.NoEcho); echo == "true" {
				sum := sha256.Sum256([]byte(value))
				value = "hidden." + hex.EncodeToString(sum[:4])
			}
			out["Parameters."+name] = value
		}
	}
	condition := func(name string) {
		if c, ok := r.stack.Template.Conditions[name]; ok && out["Conditions."+name] == "" {
			out["Conditions."+name] = cloudassembly.Written(c)
			visit(c)
		}
	}
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, entry := range v {
				visit(entry)
			}
		case map[string]any:
			name, arg, _ := cloudassembly.Intrinsic(v)
			list, _ := arg.([]any)
			text, isText := arg.(string)
			if len(list) > 0 && !isText {
				text, _ = list[0].(string)
			}
			switch name {
			case "Ref":
				parameter(text)
			case "Condition", "Fn::If":
				condition(text)
			case "Fn::Sub":
				for _, found := range subName.FindAllStringSubmatch(text, -1) {
					parameter(found[1])
				}
			case "Fn::FindInMap":
				if mapping, ok := r.stack.Template.Mappings[text]; ok {
					if written, err := json.Marshal(mapping); err == nil {
						out["Mappings."+text] = string(written)
					}
				}
			}
			for _, member := range v {
				visit(member)
			}
		}
	}
	visit(v)
	if len(out) == 0 {
		return nil
	}
	return out
}
