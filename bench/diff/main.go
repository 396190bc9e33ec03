// Command diff proves by trial that "gatehouse diff" reports each gain of access, and no other.
//
//	go run ./bench/diff -pairs 100000 -seed 1
//	go run ./bench/diff -mutants
//
// A pair is two APIs, most often one change apart, as cloud assemblies: routes whose patterns overlap, requirements of
// all kinds, authorizers with their issuers, audiences and clients, API Gateway's own JWT and Cognito authorizers,
// functions of the app's own, grants, resource policies with ranges, denials and conditions, private APIs and the VPC
// endpoints that lead to them, stages, custom domains with client certificates and without and with routing rules, API
// keys and plans, pages that may read answers, integrations with AWS services, and answers that are kept.
//
// What has to be true of the comparison of a pair:
//
//   - no gain is unreported: an oracle, which shares no code with the comparison, tries callers with no more rights
//     than the new API asks for, on paths with values of theirs, of others and of other routes, from addresses inside
//     and outside of all ranges, on each stage, with each client certificate, and through VPC endpoints that policies
//     name and others. It decides each by the words of the pair. A text that names issuers, audiences, roles, routes,
//     addresses, or paths that end in a slash, reports gains of those alone;
//   - no gain is false: each that is reported has a witness, a request with its caller, and the local gateway of the
//     old assembly refuses it while that of the new one allows it, with the included authorizer's own code;
//   - where nothing changed nothing is reported; code that cannot be compared, answers that are kept, another
//     integration, and a service that a resource policy allows more are;
//   - the tables as "gatehouse routes --json" saves them compare as the assemblies do.
//
// The oracle is itself compared with the gateway, request by request, on one pair of 50.
//
// With -mutants it puts faults into the source of the comparison, one after the other, and expects each to be found.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
)

func main() {
	only := flag.Int("pair", -1, "try one `pair` alone")
	all := flag.Bool("all", false, "go on behind a pair that fails")
	keep := flag.String("keep", "", "write the assemblies of the pair that -pair names to this `folder`")
	withMutants := flag.Bool("mutants", false, "put faults into the source instead, each of which has to be found")
	trial.Main("pairs", 1000, func(pairs int, seed uint64, workers int) (trial.Tally, error) {
		if *withMutants {
			return nil, findMutants(pairs, seed)
		}
		dir, err := os.MkdirTemp("", "diff")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		w, err := newWorld(dir)
		if err != nil {
			return nil, err
		}
		defer w.close()
		if *only >= 0 {
			return w.tryOne(seed, *only, *keep)
		}
		return w.tryAll(pairs, seed, workers, *all, accessdiff.Compare)
	})
}

// tryOne tries one pair and prints what is reported, and keeps the assemblies if a folder is named.
func (w *world) tryOne(seed uint64, number int, keep string) (trial.Tally, error) {
	p, err := drawer{random(seed, number)}.pair()
	if err != nil {
		return nil, err
	}
	if keep != "" {
		for name, a := range map[string]*api{"old": p.old, "new": p.new} {
			if _, err := readModel(a, keep+"/"+name); err != nil {
				return nil, err
			}
		}
	}
	t := trial.Tally{}
	p.saved = true
	return t, w.try(p, "one", accessdiff.Compare, t)
}

// random returns the random numbers for drawing a pair.
func random(seed uint64, number int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(number))) }

// One of so many pairs is also compared as saved tables, and on one of so many the oracle is compared with the gateway.
const (
	savedOf  = 8
	agreedOf = 50
)

// failing names the count of the pairs that fail.
const failing = "pairs that fail"

// tryAll tries pairs up to the first that fails, or all of them if all is set, and then prints each that failed.
func (w *world) tryAll(pairs int, seed uint64, workers int, all bool, by compare) (trial.Tally, error) {
	t, err := trial.Numbered(pairs, workers, func(number int, t trial.Tally) error {
		err := w.tryNumber(seed, number, by, t)
		if err == nil {
			return nil
		}
		err = fmt.Errorf("seed %d, pair %d: %w", seed, number, err)
		t[failing]++
		if all {
			log.Print(err)
			return nil
		}
		return err
	})
	if n := t[failing]; all && n > 0 {
		err = fmt.Errorf("seed %d: %d pairs fail", seed, n)
	}
	return t, err
}

// tryNumber tries the pair with a number.
func (w *world) tryNumber(seed uint64, number int, by compare, t trial.Tally) error {
	d := drawer{random(seed, number)}
	p, err := d.pair()
	if err != nil {
		return err
	}
	p.saved = number%savedOf == 0
	if err := w.try(p, fmt.Sprint("pair-", number), by, t); err != nil {
		return err
	}
	if number%agreedOf != 0 {
		return nil
	}
	tried, permitted, err := w.agree(d, p.new, fmt.Sprint("agree-", number))
	t["requests on which oracle and gateway agree"] += tried
	t["of those allowed"] += permitted
	return err
}
