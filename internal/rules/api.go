package rules

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// name is what people call the API.
func (a *api) name() string {
	if a.plan != nil && a.plan.path != "" {
		return a.plan.path
	}
	if path, ok := strings.CutSuffix(a.t.Note(pathMetadata), "/Resource"); ok {
		return path
	}
	return a.resource.String()
}

// stage is the name of its only stage, or the wildcard that stands for any.
func (a *api) stage() string {
	if len(a.stages) == 1 && a.stages[0] != "" {
		return a.stages[0]
	}
	return "*"
}

// Planned are the construct paths of the APIs whose plans an assembly has.
func Planned(a *cloudassembly.Assembly) (paths []string) {
	for _, s := range a.Stacks() {
		for _, r := range s.Template.Resources {
			if plan, ok := r.Metadata[PlanMetadata].(map[string]any); ok && r.Type == typeAPI {
				path, _ := plan["path"].(string)
				paths = append(paths, path)
			}
		}
	}
	return paths
}
