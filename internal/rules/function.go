package rules

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Digest returns a digest that stands for a value in metadata, so that the template need not contain the value twice.
func Digest(value string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(value))) }

var changedFunction = Rule{
	ID:       "changed-function",
	Severity: Error,
	Why: "The included authorizer trusts the issuers that its environment names, and decides by the table in its " +
		"bundle. The included login sends users to the provider that its environment names.",
	Looks:  "the environment and the code of the functions of included authorizers and logins",
	WayOut: "set the variable or the code in JWT, SessionAuthorizer or Login instead of the function",
	check: func(v *view, report reporter) {
		for _, r := range v.byType[typeFunction] {
			settings, ok := r.t.Metadata[FunctionMetadata].(map[string]any)
			if !ok {
				continue
			}
			environment, _ := r.property("Environment").(map[string]any)
			variables, _ := environment["Variables"].(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(settings)) {
				got, want := variables[name], r.resolvePartly("Metadata", settings[name])
				if text, ok := want.(string); ok && strings.HasPrefix(text, "sha256:") {
					if value, is := got.(string); is {
						got = Digest(value)
					}
				}
				if !reflect.DeepEqual(got, want) {
					report(r, Finding{Message: fmt.Sprintf("the included function's variable %s is not as planned",
						name)})
				}
			}
			if what := r.changedCode(); what != "" {
				report(r, Finding{Message: "the included function's code is not as planned: " + what})
			}
		}
	},
}

// changedCode describes how a function's code differs from the asset that CDK created for it. It returns "" if it is
// the same, or if the asset is not recorded.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-lambda/lib/code.ts (bindToResource)
func (r *resource) changedCode() string {
	asset, noted := strings.CutPrefix(r.t.Note("aws:asset:path"), "asset.")
	if !noted {
		return ""
	}
	code, _ := r.property("Code").(map[string]any)
	hash := strings.TrimSuffix(asset, ".zip")
	if key, ok := code["S3Key"].(string); ok && strings.Contains(key, hash) || keyOfParameter(code["S3Key"], hash) {
		return ""
	}
	return fmt.Sprintf("Code is %s, want the asset %s", inJSON(code), asset)
}

// keyOfParameter reports whether a key comes from the parameters by which CDK's LegacyStackSynthesizer names an asset.
// In a nested stack these are the parent's parameters.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/private/asset-parameters.ts
func keyOfParameter(key any, hash string) bool {
	text := inJSON(key)
	name := `(?:referenceto\w+)?AssetParameters` + regexp.QuoteMeta(hash) + `S3VersionKey\w+`
	parameter := regexp.MustCompile(`\{"Ref":"` + name + `"\}`)
	part := `{"Fn::Select":[%d,{"Fn::Split":["||",` + parameter.FindString(text) + `]}]}`
	return text == `{"Fn::Join":["",[`+fmt.Sprintf(part, 0)+","+fmt.Sprintf(part, 1)+`]]}`
}

var openFunctionURL = Rule{
	ID:       "open-function-url",
	Severity: Error,
	Why: "A function URL without authorization bypasses the API: its authorizer, its throttling and its resource " +
		"policy.",
	Looks:  "function URLs with the AuthType NONE, or an unknown one, of functions behind guarded methods of every API",
	WayOut: "set the AuthType to AWS_IAM, take the URL away, or give it a function of its own",
	check: func(v *view, report reporter) {
		if len(v.byType[typeURL]) == 0 {
			return
		}
		guarded := v.guardedFunctions()
		for _, r := range v.byType[typeURL] {
			kind := r.choose("AuthType")
			if !slices.Contains(kind.values, authNone) && kind.why == "" {
				continue
			}
			target, err := r.text("TargetFunctionArn")
			if err != nil {
				if v.built() {
					report(r, Finding{Message: fmt.Sprintf("the function URL is open, and it cannot be told whether its function "+
						"is behind a guarded route: TargetFunctionArn: %s", unresolved(err))})
				}
				continue
			}
			m := guarded.find(r, target)
			if m == nil {
				continue
			}
			f := Finding{Message: fmt.Sprintf("the function URL is open, and its function answers %s, which %s guards",
				m.key(), strings.Join(m.types, " or "))}
			if kind.why != "" {
				f.Message = fmt.Sprintf("it cannot be told whether the function URL is open (AuthType: %s), and its function "+
					"answers %s, which %s guards", kind.why, m.key(), strings.Join(m.types, " or "))
			}
			if m.api != nil {
				f.API = m.api.name()
			}
			report(r, f)
		}
	},
}

// guardedFunctions maps each function behind guarded methods to one of those methods.
type guardedFunctions struct {
	of    map[*resource]*method // by resource, for functions of the assembly
	named map[string]*method    // by name, for all functions
	loose map[string]*method    // by name, for functions that are not known to be in the assembly
}

func (v *view) guardedFunctions() guardedFunctions {
	g := guardedFunctions{of: map[*resource]*method{}, named: map[string]*method{}, loose: map[string]*method{}}
	for _, m := range v.methods {
		integration, _ := m.property("Integration").(map[string]any)
		uri, ok := integration["Uri"].(string)
		if m.mayBeOpen() || !ok {
			continue
		}
		arn := invokedBy(uri)
		if arn == uri {
			continue // it invokes no function
		}
		name := functionName(arn)
		if f := m.functionOf(arn); f == nil {
			first(g.loose, name, m)
		} else {
			first(g.of, f, m)
		}
		first(g.named, name, m)
	}
	return g
}

func first[K comparable](into map[K]*method, key K, m *method) {
	if into[key] == nil {
		into[key] = m
	}
}

// find returns a guarded method of the function that a resource names, or nil. Stacks of several accounts may have
// functions with one name, so the name alone decides only if one of the two is not in the assembly.
func (g guardedFunctions) find(r *resource, target string) *method {
	f, name := r.functionOf(target), functionName(target)
	if f == nil {
		return g.named[name]
	}
	if m := g.of[f]; m != nil {
		return m
	}
	return g.loose[name]
}
