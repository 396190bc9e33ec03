package accessdiff

import (
	"fmt"
	"testing"
)

// BenchmarkCompare compares two APIs of 100 routes that differ in one route. Their resource policy makes it compare
// every route.
func BenchmarkCompare(b *testing.B) {
	var lines []string
	for i := range 50 {
		lines = append(lines, fmt.Sprintf("GET /r%d/{id}: scope s%d + group a|b", i, i),
			fmt.Sprintf("POST /r%d: scope s%d|w or role r", i, i))
	}
	was := apiOf(lines...)
	lines[0] = "GET /r0/{id}: scope s0"
	is := apiOf(lines...)
	policy(`Allow|"*"|execute-api:/prod/GET/x`,
		`Deny|"*"|execute-api:/*|{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`)(&was)
	policy(`Allow|"*"|execute-api:/prod/GET/x`,
		`Deny|"*"|execute-api:/*|{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`)(&is)
	for b.Loop() {
		if d := Compare(matrixOf(was), matrixOf(is)); len(d.Changes) != 1 {
			b.Fatalf("got %s", d.Text())
		}
	}
}
