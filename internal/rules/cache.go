package rules

import (
	"fmt"
	"slices"
	"strings"
)

var responseCache = Rule{
	ID:       "response-cache",
	Severity: Error,
	Why: "The key of API Gateway's response cache has the parameters that a method declares, but not the caller. " +
		"So one caller can get another one's answer.",
	Looks: "the MethodSettings of stages, and the StageDescription of deployments, of APIs that Gatehouse built, " +
		"and the CacheKeyParameters of their methods",
	WayOut: "turn CachingEnabled off, and use CacheResponse on public routes, or cache in the function",
	check: func(v *view, report reporter) {
		for _, kind := range []string{typeStage, typeDeployment} {
			for _, r := range v.byType[kind] {
				a, _ := v.apiOf(r)
				if a == nil || a.plan == nil {
					continue
				}
				settings := r.resolvePartly("Properties", r.t.Properties)
				if kind == typeDeployment {
					settings = r.property("StageDescription")
				}
				if where := a.caches(settings); where != "" {
					stage, _ := r.text("StageName")
					report(r, Finding{API: a.name(), Message: fmt.Sprintf("the stage %q caches the answers of %s", stage, where)})
				}
			}
		}
	},
}

// caches describes the methods whose answers a stage caches although the table does not cache them, or returns "".
// Unknown settings count as caching.
func (a *api) caches(settings any) string {
	object, ok := settings.(map[string]any)
	if !ok {
		if settings == nil {
			return ""
		}
		return "some methods, as its settings are known only when the stack is deployed"
	}
	if mayBeOn(object["CachingEnabled"]) {
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
		if !mayBeOn(setting["CachingEnabled"]) {
			continue
		}
		if what := a.cachesBeside(setting); what != "" {
			return what
		}
	}
	return ""
}

// cachesBeside describes whose answers a method setting caches, unless the table has that route with caching and the
// template has the table's keys.
func (a *api) cachesBeside(setting map[string]any) string {
	verb, _ := setting["HttpMethod"].(string)
	path, _ := setting["ResourcePath"].(string)
	key := strings.ToUpper(verb) + " " + settingPath(path)
	keys, planned := a.plan.cached[key]
	if guard, is := a.plan.routes[key]; !planned || !is || guard != "" {
		return strings.TrimSpace(fmt.Sprint(setting["HttpMethod"], " ", setting["ResourcePath"]))
	}
	for _, m := range a.methods {
		if m.key() != key {
			continue
		}
		integration, _ := m.property("Integration").(map[string]any)
		list, _ := integration["CacheKeyParameters"].([]any)
		for _, want := range strings.Fields(keys) {
			if !slices.Contains(list, any(want)) {
				return fmt.Sprintf("%s without the key %s, so that requests that differ in it get one answer", key, want)
			}
		}
	}
	return ""
}

// settingPath returns the path of a method setting, in which a slash is written ~1, as in "/~1orders~1{id}".
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
func settingPath(text string) string {
	return "/" + strings.TrimLeft(strings.ReplaceAll(text, "~1", "/"), "/")
}
