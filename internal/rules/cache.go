package rules

import (
	"fmt"
	"strings"
)

var responseCache = Rule{
	ID:       "response-cache",
	Severity: Error,
	Why: "API Gateway's cache of answers has the parameters that a method declares in its key and not the " +
		"caller, so one caller gets another one's answer.",
	Looks:  "the MethodSettings of stages, and the StageDescription of deployments, of APIs that Gatehouse built",
	WayOut: "turn CachingEnabled off, and cache in the function or in front of public routes",
	check: func(v *view, report reporter) {
		for _, kind := range []string{typeStage, typeDeployment} {
			for _, r := range v.byType[kind] {
				a, _ := v.apiOf(r)
				if a == nil || a.plan == nil {
					continue
				}
				settings := r.partly("Properties", r.t.Properties)
				if kind == typeDeployment {
					settings = r.partly("Properties.StageDescription", r.t.Properties["StageDescription"])
				}
				if where := cached(settings); where != "" {
					stage, _ := r.text("StageName")
					report(r, Finding{API: a.name(), Message: fmt.Sprintf("the stage %q caches the answers of %s", stage, where)})
				}
			}
		}
	},
}

// cached says whose answers the settings of a stage cache; "" for none. What is not known may be so.
func cached(settings any) string {
	object, ok := settings.(map[string]any)
	if !ok {
		if settings == nil {
			return ""
		}
		return "some methods, as its settings are known only when the stack is deployed"
	}
	if on(object["CachingEnabled"]) {
		return "all methods"
	}
	list, ok := object["MethodSettings"].([]any)
	if !ok && object["MethodSettings"] != nil {
		return "some methods, as its MethodSettings are known only when the stack is deployed"
	}
	for _, entry := range list {
		setting, ok := entry.(map[string]any)
		if !ok {
			return "some methods, as its MethodSettings are known only when the stack is deployed"
		}
		if on(setting["CachingEnabled"]) {
			return strings.TrimSpace(fmt.Sprint(setting["HttpMethod"], " ", setting["ResourcePath"]))
		}
	}
	return ""
}
