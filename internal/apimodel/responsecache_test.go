package apimodel

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestResponseCaches(t *testing.T) {
	const all = `{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": true}`
	for _, c := range []struct {
		name, stage, verb, path string
		want                    time.Duration
	}{
		{"none", ``, "GET", "/orders", 0},
		{"a method",
			`"CacheClusterEnabled": true, "MethodSettings": [{"HttpMethod": "POST", "ResourcePath": "/~1orders", ` +
				`"CachingEnabled": true}]`,
			"POST", "/orders", 5 * time.Minute},
		{"of another path",
			`"CacheClusterEnabled": true, "MethodSettings": [{"HttpMethod": "GET", "ResourcePath": "/~1orders", ` +
				`"CachingEnabled": true}]`,
			"GET", "/", 0},
		{"all methods, for a time",
			`"CacheClusterEnabled": "true", "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": ` +
				`true, "CacheTtlInSeconds": 60}]`,
			"GET", "/orders", time.Minute},
		{"all methods are GET", `"CacheClusterEnabled": true, "MethodSettings": [` + all + `]`, "POST", "/orders", 0},
		{"which ANY answers too", `"CacheClusterEnabled": true, "MethodSettings": [` + all + `]`, "ANY", "/{proxy+}",
			5 * time.Minute},
		{"the method's own setting turns it off",
			`"CacheClusterEnabled": true, "MethodSettings": [` + all +
				`, {"HttpMethod": "GET", "ResourcePath": "/~1orders", "CachingEnabled": false}]`,
			"GET", "/orders", 0},
		{"only for that one",
			`"CacheClusterEnabled": true, "MethodSettings": [` +
				`{"HttpMethod": "GET", "ResourcePath": "/~1orders", "CachingEnabled": false}, ` + all + `]`,
			"GET", "/", 5 * time.Minute},
		{"a time of 0 turns it off",
			`"CacheClusterEnabled": true, "MethodSettings": [{"HttpMethod": "GET", "ResourcePath": "/", "CachingEnabled": ` +
				`true, "CacheTtlInSeconds": 0}]`,
			"GET", "/", 0},
		{"no cluster", `"MethodSettings": [` + all + `]`, "GET", "/", 0},
		{"a cluster that no method uses",
			`"CacheClusterEnabled": true, "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*"}]`, "GET", "/", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api(
				"Stage",
				`{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"`+comma(
					c.stage,
				)+`}}`,
			)),
				cloudassembly.Options{})
			if got := m.APIs[0].Stages[0].Caches(&Method{Verb: c.verb, Path: c.path}); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	t.Run("of a deployment's own stage", func(t *testing.T) {
		m := Read(
			parse(
				t,
				api(
					"Deployment2",
					`{"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v2",
		  "StageDescription": {"CacheClusterEnabled": true, "CachingEnabled": true, "CacheTtlInSeconds": 5}}}`,
				),
			),
			cloudassembly.Options{},
		)
		for _, s := range m.APIs[0].Stages {
			if s.Name == "v2" && len(s.ResponseCaches) == 1 &&
				s.ResponseCaches[0] == (ResponseCache{"*", "*", 5 * time.Second}) {
				return
			}
		}
		t.Errorf("got %+v", m.APIs[0].Stages)
	})
}
