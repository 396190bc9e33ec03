package rules

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// name returns the name of the API for messages.
func (a *api) name() string {
	if a.plan != nil && a.plan.path != "" {
		return a.plan.path
	}
	if path, ok := strings.CutSuffix(a.t.Path, "/Resource"); ok {
		return path
	}
	return a.resource.String()
}

// stage returns the name of the API's only stage, or the wildcard for any stage.
func (a *api) stage() string {
	if len(a.stages) == 1 && a.stages[0] != "" {
		return a.stages[0]
	}
	return "*"
}

// Planned returns the construct paths of the APIs whose plans are in an assembly.
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
