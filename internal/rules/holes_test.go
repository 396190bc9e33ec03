package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// holes maps the templates in testdata/holes, each of which has one hole, to the rule that finds it. They are written
// by hand, with the metadata that secureapi writes.
var holes = map[string]string{
	"acceptance-unknown":             "acceptance",
	"api-by-import":                  "unknown-api",
	"api-by-parameter":               "unknown-api",
	"api-by-sub":                     "open-method",
	"authorizer-environment":         "changed-function",
	"authorizer-uri":                 "changed-authorizer",
	"body":                           "hidden-methods",
	"cache-time":                     "changed-authorizer",
	"clone":                          "hidden-methods",
	"deployment-cache":               "response-cache",
	"fall-through":                   "fall-through",
	"foreign-cache-without-identity": "cache-without-identity",
	"foreign-type-from-parameter":    "undecided-authorization",
	"forgeable-header":               "forgeable-header",
	"function-url":                   "open-function-url",
	"function-url-streamed":          "open-function-url",
	"function-url-undecided":         "open-function-url",
	"generic-method":                 "open-method",
	"grant-covers-method":            "grant-covers-method",
	"grant-on-unknown-stage":         "grant-covers-method",
	"guarded-method-opened":          "open-method",
	"identity-source":                "changed-authorizer",
	"included-authorizer-beside":     "included-authorizer",
	"jwt-audience":                   "changed-authorizer",
	"key-from-parameter":             "changed-key",
	"key-only-beside":                "open-method",
	"key-taken-away":                 "changed-key",
	"login-administration":           "changed-login",
	"login-environment":              "changed-function",
	"login-function":                 "changed-login",
	"login-guarded":                  "changed-login",
	"login-guarded-by-condition":     "changed-login",
	"login-route-gone":               "changed-login",
	"kept-without-path":              "response-cache",
	"macro":                          "unread-template",
	"method-settings-cache":          "response-cache",
	"missing-route":                  "missing-route",
	"nested-stack":                   "unread-template",
	"open-call":                      "open-call",
	"other-authorizer":               "changed-guard",
	"plan-unreadable":                "hidden-methods",
	"policy-allows-all":              "resource-policy",
	"policy-opens-method":            "policy-opens-method",
	"public-method-moved":            "open-method",
	"scopes-taken-away":              "changed-guard",
	"second-stage-cache":             "response-cache",
	"session-source":                 "changed-authorizer",
	"session-time":                   "changed-authorizer",
	"model-for-json-alone":           "changed-check",
	"parameter-optional":             "changed-check",
	"throttle-gone":                  "changed-throttle",
	"throttle-on-second-stage":       "changed-throttle",
	"throttle-raised":                "changed-throttle",
	"validator-gone":                 "changed-check",
	"validator-of-nothing":           "changed-check",
	"validator-passes-parameters":    "changed-check",
	"undeclared-header":              "undeclared-answer",
	"undeclared-status":              "undeclared-answer",
	"vpc-link-without-target":        "private-integration",
	"type-from-condition":            "open-method",
	"type-from-parameter":            "undecided-authorization",
	"type-from-store":                "undecided-authorization",
}

func parse(t *testing.T, file string) *cloudassembly.Assembly {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, err := cloudassembly.Parse("Shop", text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestHoles(t *testing.T) {
	files, err := filepath.Glob("testdata/holes/*.json")
	if err != nil || len(files) != len(holes) {
		t.Fatalf("%d templates, want %d, one a hole: %v", len(files), len(holes), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			findings := rules.Check(parse(t, file), rules.Options{})
			for _, f := range findings {
				if f.Rule != holes[name] || f.Severity != rules.Error || f.Stack != "Shop" || f.LogicalID == "" || f.WayOut == "" {
					t.Errorf("found %+v, want the rule %s", f, holes[name])
				}
			}
			if len(findings) != 1 {
				t.Errorf("%d findings, want one of the rule %s", len(findings), holes[name])
			}
		})
	}
}

// An API that matches its plan has no findings.
func TestClosed(t *testing.T) {
	for _, file := range []string{"testdata/closed.json", "testdata/login.json", "testdata/login-table.json",
		"testdata/kept.json", "testdata/queue.json", "testdata/checked.json"} {
		for _, f := range rules.Check(parse(t, file), rules.Options{}) {
			t.Errorf("%s: found %+v", file, f)
		}
	}
}

// TestEachRuleHasAHole checks that each rule has a finding in its own template.
func TestEachRuleHasAHole(t *testing.T) {
	has := map[string]bool{}
	for _, rule := range holes {
		has[rule] = true
	}
	traps, err := filepath.Glob("testdata/traps/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range traps {
		if rule, kind, _ := strings.Cut(filepath.Base(file), "."); !strings.HasPrefix(kind, "near") {
			has[rule] = true
		}
	}
	for _, r := range rules.All() {
		if !has[r.ID] {
			t.Errorf("no template in testdata is for the rule %s", r.ID)
		}
		if r.Why == "" || r.Looks == "" || r.WayOut == "" || r.Severity == "" {
			t.Errorf("%s: a rule says why it is, what it looks at, and the way out", r.ID)
		}
	}
}

// A method from another tool may have no Uri, or one that is not a text.
func TestACallWithoutAUri(t *testing.T) {
	for _, uri := range []string{"", `"Uri":null,`, `"Uri":7,`, `"Uri":["a"],`} {
		a, err := cloudassembly.Parse("Shop", []byte(`{"Resources":{"API":{"Type":"AWS::ApiGateway::RestApi"},"M":{`+
			`"Type":"AWS::ApiGateway::Method","Properties":{"HttpMethod":"POST","AuthorizationType":"AWS_IAM",`+
			`"RestApiId":{"Ref":"API"},"ResourceId":{"Fn::GetAtt":["API","RootResourceId"]},"Integration":{"Type":"AWS",`+
			uri+`"Credentials":"r","RequestTemplates":{"application/json":"x"}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range rules.Check(a, rules.Options{}) {
			t.Errorf("%s: found %+v", uri, f)
		}
	}
}
