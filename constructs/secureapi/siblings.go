package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/constructs/internal/executable"
)

// SiblingsWarning is the ID of the warning that one function answers routes with different requirements. A router that
// decodes paths can confuse such routes. If the function routes by the event's resource, or matches undecoded paths,
// acknowledge the warning:
//
//	reason := jsii.String("routes by event.resource")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.SiblingsWarning), reason)
const SiblingsWarning = "gatehouse:siblingRoutes"

// warnOfSiblings warns, once for each function, of routes that the function's own router can mistake for each other. It
// does not warn if the function's executable has a lambdahttp.Mux, which takes the route from the event.
func (b *builder) warnOfSiblings() {
	for _, s := range b.plan.Siblings() {
		f := b.functionOf(s.Route)
		router := executable.RouterOf(f)
		if router == executable.ByResource || router == executable.NotBuilt {
			continue
		}
		warning := s.Warning(*f.Node().Path(), router == executable.Other, SiblingsWarning)
		annotation.Warn(b.api, SiblingsWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}
