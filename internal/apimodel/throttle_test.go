package apimodel

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestThrottled reads the limits that a stage sets single methods.
func TestThrottled(t *testing.T) {
	const all = `{"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 1000, "ThrottlingBurstLimit": 500}`
	own := func(limits string) string {
		return `{"HttpMethod": "POST", "ResourcePath": "/~1orders~1{id}"` + comma(limits) + `}`
	}
	for _, c := range []struct {
		name, settings string
		verb, path     string // default: POST /orders/{id}
		want           Rate   // none by default
		problem        string
	}{
		{name: "none"},
		{name: "of all methods", settings: all},
		{name: "of one", settings: own(`"ThrottlingRateLimit": 2.5, "ThrottlingBurstLimit": 4`), want: Rate{2.5, 4}},
		{name: "beside that of all", settings: all + "," + own(`"ThrottlingRateLimit": 2, "ThrottlingBurstLimit": 4`),
			want: Rate{2, 4}},
		{name: "the same as that of all",
			settings: own(`"ThrottlingRateLimit": "1000", "ThrottlingBurstLimit": "500"`) + "," + all},
		{name: "of another verb", settings: own(`"ThrottlingRateLimit": 2, "ThrottlingBurstLimit": 4`), verb: "GET"},
		{name: "of another path", settings: own(`"ThrottlingRateLimit": 2, "ThrottlingBurstLimit": 4`), path: "/orders"},
		{name: "a setting without limits", settings: all + "," + own(`"LoggingLevel": "OFF"`)},
		{name: "a rate alone", settings: own(`"ThrottlingRateLimit": 3`), want: Rate{3, 5000}},
		{name: "a burst alone", settings: own(`"ThrottlingBurstLimit": 3`), want: Rate{10_000, 3}},
		{name: "nothing passes", settings: own(`"ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 0`), want: Rate{}},
		{name: "off", settings: own(`"ThrottlingRateLimit": -1, "ThrottlingBurstLimit": -1`)},
		{name: "not a number", settings: own(`"ThrottlingRateLimit": "many", "ThrottlingBurstLimit": 3`),
			problem: "want a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api("Stage", `{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, `+
				`"StageName": "v1", "MethodSettings": [`+c.settings+`]}}`)), cloudassembly.Options{})
			got := m.APIs[0].Stages[0].Throttled(cmp.Or(c.verb, "POST"), cmp.Or(c.path, "/orders/{id}"))
			wanted := c.want != Rate{} || c.name == "nothing passes"
			if (got != nil) != wanted || got != nil && *got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			problems := fmt.Sprint(m.Problems)
			reported := strings.Contains(problems, "ThrottlingRateLimit: ")
			if reported != (c.problem != "") || !strings.Contains(problems, c.problem) {
				t.Errorf("got the problems %s, want %s", problems, c.problem)
			}
		})
	}
}

// TestUnplayedThrottles has limits for several methods, which [Stage.Throttled] leaves out, reported as ignored.
func TestUnplayedThrottles(t *testing.T) {
	for _, c := range []struct {
		name, verb, path string
		ignored          bool
	}{
		{"of all methods", "*", "/*", true},
		{"of the methods of a path", "*", "/~1orders", true},
		{"of one method", "POST", "/~1orders", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api("Stage", `{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, `+
				`"StageName": "v1", "MethodSettings": [{"HttpMethod": "`+c.verb+`", "ResourcePath": "`+c.path+`", `+
				`"ThrottlingRateLimit": 2}]}}`)), cloudassembly.Options{})
			if got := m.APIs[0].Stages[0].Throttled("POST", "/orders"); (got == nil) != c.ignored {
				t.Errorf("got the limit %v", got)
			}
			if problems := fmt.Sprint(m.Problems); strings.Contains(problems, "throttling of all methods") != c.ignored {
				t.Errorf("got the problems %s", problems)
			}
		})
	}
}
