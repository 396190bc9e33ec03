// Command soundness proves by trial that the included authorizer grants nothing that the access table does not say.
//
//	go run ./bench/soundness -cases 10000000 -seed 1
//
// A case is an access table, the claims of a token and a request. The authorizer answers with a policy, which package
// iampolicy evaluates on the request's method ARN; an evaluator that shares nothing with the policy compiler says from
// the requirements and the claims whether the request is permitted; with DenyEscapedPaths, no path with a "%" is.
// Claims and paths are hostile: wildcards, policy variables, slashes, escapes in hex of either case, names of other
// routes, values of other callers with something added.
//
// A request that is allowed and not permitted fails the run. One that is permitted and not allowed fails it as well,
// unless the documentation names the reason; those are counted by reason:
//
//   - spelling: a policy that is cached has a value raw, and with its reserved characters percent-encoded in upper-case
//     hex. Other spellings of the same value are denied.
//   - empty segment: a path with "//" is for callers of all routes alone.
//   - literal: the value is a literal of another route of the API, and no policy is right for both.
//   - long: a resource of a policy has at most 512 characters.
//   - many: a list has more than 1,024 values, or more than a policy holds.
//   - name: an answer for one request names its path, which has a character that would not mean itself in a policy.
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
	cases := flag.Int("cases", 1_000_000, "how many `cases` to try")
	seed := flag.Uint64("seed", 1, "where the random numbers begin")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "how many to try at once")
	flag.Parse()
	log.SetFlags(0)
	start := time.Now()
	t, err := tryAll(*cases, *seed, *workers)
	fmt.Print(t)
	fmt.Printf("%.0f cases a second\n", float64(t.cases)/time.Since(start).Seconds())
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// tryAll tries cases, each worker with random numbers of its own.
func tryAll(cases int, seed uint64, workers int) (*tally, error) {
	total := newTally()
	err := trial.Workers(workers, func(worker int) (*tally, error) {
		t := newTally()
		return t, t.try(cases/workers+1, seed, uint64(worker))
	}, total.add)
	return total, err
}

// tally counts what was tried.
type tally struct {
	cases, decided, permitted, allowed int
	bound                              int // allowed by values of the path
	perRequest                         int
	tables, refused                    int // tables, and those that synth refuses
	policies, none                     int // answers, and those without a policy
	denied                             map[string]int
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
	s := fmt.Sprintf("%d cases (%d with answers for one request) of %d tables, of which synth refuses %d; %d answers, %d "+
		"of them without a policy\n", t.cases, t.perRequest, t.tables, t.refused, t.policies, t.none)
	s += fmt.Sprintf("%d requests were the authorizer's to decide: %d permitted, %d allowed, of those %d by values of the "+
		"path\n", t.decided, t.permitted, t.allowed, t.bound)
	for _, reason := range slices.Sorted(maps.Keys(t.denied)) {
		s += fmt.Sprintf("permitted and denied, %s: %d\n", reason, t.denied[reason])
	}
	return s
}
