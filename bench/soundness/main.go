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

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
)

func main() {
	cases := flag.Int("cases", 1_000_000, "the number of `cases`")
	seed := flag.Uint64("seed", 1, "the seed of the random numbers")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "the number of concurrent cases")
	flag.Parse()
	log.SetFlags(0)
	start := time.Now()
	t, err := tryAll(*cases, *seed, *workers)
	fmt.Print(t)
	fmt.Printf("%.0f cases per second\n", float64(t.cases)/time.Since(start).Seconds())
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// tryAll tries cases on several workers. Each has its own random numbers.
func tryAll(cases int, seed uint64, workers int) (*tally, error) {
	total := newTally()
	err := trial.Workers(workers, func(worker int) (*tally, error) {
		t := newTally()
		return t, t.try(cases/workers+1, seed, uint64(worker))
	}, total.add)
	return total, err
}

// tally counts the results.
type tally struct {
	cases, decided, permitted, allowed int            // decided: requests that the authorizer has to decide
	bound                              int            // allowed because of values of the path
	perRequest                         int            // cases with answers for one request
	tables, refused                    int            // tables, and tables that synth refuses
	policies, none                     int            // answers, and answers without a policy
	denied                             map[string]int // permitted and denied, by reason
}

func newTally() *tally { return &tally{denied: map[string]int{}} }

func (t *tally) add(o *tally) {
	t.cases += o.cases
	t.decided += o.decided
	t.permitted += o.permitted
	t.allowed += o.allowed
	t.bound += o.bound
	t.perRequest += o.perRequest
	t.tables += o.tables
	t.refused += o.refused
	t.policies += o.policies
	t.none += o.none
	for reason, n := range o.denied {
		t.denied[reason] += n
	}
}

func (t *tally) String() string {
	s := fmt.Sprintf("%d cases (%d with answers for one request) with %d tables, of which synth refuses %d; %d answers, "+
		"%d of them without a policy\n", t.cases, t.perRequest, t.tables, t.refused, t.policies, t.none)
	s += fmt.Sprintf("the authorizer decided %d requests: %d permitted, %d allowed, %d of these because of values of the "+
		"path\n", t.decided, t.permitted, t.allowed, t.bound)
	for _, reason := range slices.Sorted(maps.Keys(t.denied)) {
		s += fmt.Sprintf("permitted and denied, %s: %d\n", reason, t.denied[reason])
	}
	return s
}
