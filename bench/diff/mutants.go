package main

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/mutants"
)

// faults are changes of the source of package accessdiff, each of which the trial must notice.
var faults = []mutants.Mutant{
	{"an API key counts as there", "side.go", "if r.APIKey && !s.admitsKey(q) {", "if false {"},
	{"an explicit deny of the resource policy does not count", "side.go", "if resource == iampolicy.ExplicitDeny {",
		"if false {"},
	{"what the resource policy does not allow is allowed to everyone", "side.go", "case matrix.None:\n		return must",
		"case matrix.None:\n		return true"},
	{"an Allow of the resource policy does not admit who has no rights", "side.go",
		"said == silent && resource == iampolicy.Allowed", "false"},
	{"who is neither allowed nor denied is allowed", "side.go", "said == silent && resource == iampolicy.Allowed",
		"said == silent"},
	{"the client of a token is not compared", "callers.go", "case len(i.clients) == 0:", "case true:"},
	{"the audience of a token is not compared", "callers.go",
		`		return c.in("aud", i.audiences)`, "		return true"},
	{"a policy of a principal counts as one that allows", "side.go", "switch s.judge(p.policy, arn, c, q.env) {",
		"switch iampolicy.Allowed {"},
	{"of the ways to meet a requirement those by the path are left out", "choose.go", "for p := range r.Paths {",
		"for p := range (access.Requirement{}).Paths {"},
	{"of an Either the first alternative is tried alone", "choose.go",
		"	for v := range r.Values {\n		out = append(out, v)\n	}",
		"	for v := range r.Values {\n		return []access.Requirement{v}\n	}"},
	{"addresses in ranges are not tried", "environment.go", "list = append(list, p.Addr())", "_ = p"},
	{"pages that send cookies count as others", "pages.go",
		"case o.Origin == r.Origin || o.Origin == \"any\":\n			return ",
		"case o.Origin == r.Origin || o.Origin == \"any\":\n			return true || "},
	{"addresses that open are not told", "endpoint.go", "if text != \"\" {", "if false {"},
	{"the first stage of a plan stands for all", "side.go",
		"q.caller.APIKey != \"\" && slices.Contains(p.Stages, q.stage)", "q.caller.APIKey != \"\" && len(p.Stages) > 0"},
	{"requests to the first stage stand for all", "gains.go", "for _, stage := range stages {",
		"for _, stage := range stages[:1] {"},
	{"requests without a User-Agent stand for all", "environment.go", "for _, agent := range agents {",
		"for _, agent := range agents[:1] {"},
	{"requests to a private API have a public address", "environment.go", "keys.Set(\"aws:VpcSourceIp\", e.ip)",
		"keys.Set(\"aws:SourceIp\", e.ip)"},
	{"VPC endpoints that a policy names are not tried", "environment.go", "case !private && slices.Contains(ofVPC, key),",
		"case slices.Contains(ofVPC, key),"},
	{"services that a resource policy allows are not told", "services.go", "if p.lost || names == nil {", "if true {"},
	{"another integration is not told", "endpoint.go", "is.AnsweredBy == was.AnsweredBy", "true"},
	{"an answer for one request counts as one that is kept", "callers.go", "if g.settings.perRequest {", "if false {"},
}

// findMutants tries pairs with each mutant.
func findMutants(pairs int, seed uint64) error {
	return mutants.Trial{
		Package: "./internal/accessdiff", Command: "./bench/diff",
		Args: []string{"-pairs", fmt.Sprint(pairs), "-seed", fmt.Sprint(seed)},
	}.Find(faults)
}
