// Command soundness searches for a request that the included authorizer allows and the access table does not permit.
//
//	go run ./bench/soundness -cases 10000000 -seed 1
//
// A case is an access table, the claims of a token, and a request. The authorizer answers with a policy, and package
// iampolicy evaluates the policy for the request's method ARN. An independent evaluator, which shares no code with the
// policy compiler, decides from the requirements and the claims whether the request is permitted. With
// DenyEscapedPaths, it permits no path with a "%". Claims and paths are hostile: wildcards, policy variables, slashes,
// escapes in upper- and lower-case hex, literals of other routes, and values that extend those of other callers.
//
// The command fails if a request is allowed and not permitted. It also fails if a request is permitted and not allowed,
// unless a documented reason applies. It counts these requests by reason:
//
//   - spelling: a cached policy has a value in two spellings, raw and with its reserved characters percent-encoded in
//     upper-case hex. Other spellings of the value are denied.
//   - empty segment: only a caller of all routes may request a path with "//".
//   - literal: the value is a literal of another route of the API, and no policy is right for both routes.
//   - long: a resource of the policy would have more than 512 characters.
//   - many: a list has more than 1,024 values, or more than fit into a policy.
//   - name: an answer for one request names its path, and a character of the path has a special meaning in a policy.
package main

import "github.com/gatehouse-cdk/gatehouse/bench/internal/trial"

func main() { trial.Main("cases", 1_000_000, tryAll) }

// tryAll tries cases and counts their outcomes.
func tryAll(cases int, seed uint64, workers int) (trial.Tally, error) {
	return trial.ByWorker(cases, seed, workers, try)
}

// These are the counts of a tally.
const (
	tried     = "cases"
	single    = "cases with answers for one request"
	decided   = "requests that the authorizer decided"
	permitted = "requests that are permitted"
	allowed   = "requests that are allowed"
	byPath    = "requests allowed because of values"
	tables    = "tables"
	refused   = "tables that synth refuses"
	answers   = "answers"
	none      = "answers without a policy"
	deniedFor = "permitted and denied, " // and the reason
)
