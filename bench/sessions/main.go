// Command sessions searches for a forged cookie or callback that begins or continues a session.
//
//	go run ./bench/sessions -cases 1000000 -seed 1
//
// A case changes what a browser would send: the cookies of a session, the cookies of a login attempt, or the query and
// the cookies of a callback. It changes bits, characters and bytes; cuts and splices values; mixes cookies of several
// sessions, hosts, names and keys; and uses tricks with base64, names and the Cookie header. Some cases change nothing.
//
// The command fails if
//
//   - a session or an attempt opens that was not sealed for this host and name with exactly these values, or its
//     content differs from what was sealed;
//   - a callback begins a session without the state, the code and the attempt's cookie of one login;
//   - a log contains a part of a cookie, a state or a code;
//   - there is a panic or an unexpected error.
package main

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
)

func main() { trial.Main("cases", 1_000_000, tryAll) }

// tryAll tries cases and counts their outcomes. Each worker has its own functions.
func tryAll(cases int, seed uint64, workers int) (trial.Tally, error) {
	return trial.ByWorker(cases, seed, workers, try)
}

// try tries the cases of one worker.
func try(r *rand.Rand, cases int, t trial.Tally) error {
	cookies, err := newCookies(r)
	if err != nil {
		return err
	}
	callbacks, err := newCallbacks(r)
	if err != nil {
		return err
	}
	for range cases {
		attempt := cookies.trySession
		switch n := r.IntN(10); {
		case n < 2:
			attempt = cookies.tryAttempt
		case n < 4:
			attempt = callbacks.try
		}
		end, err := guarded(attempt)
		if err != nil {
			return err
		}
		t[end]++
		t["cases"]++
	}
	return nil
}

// guarded turns a panic into an error.
func guarded(attempt func() (end string, err error)) (end string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return attempt()
}
