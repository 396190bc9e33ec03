package main

import (
	"fmt"
	"go/parser"
	gotoken "go/token"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/mutants"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// TestMain lets garbage grow to four times what is in use, which is some 20 MB, before it is collected: collections
// would take a third of the time.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}

func worldFor(t *testing.T) *world {
	t.Helper()
	w, err := newWorld(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

// TestDiff tries a few of the pairs that the command draws each night. Together they reach each statement of the trial
// and of the comparison that the first 1100 pairs reach.
func TestDiff(t *testing.T) {
	const seed = 373
	numbers := []int{
		0, 11, 14, 26, 48, 50, 52, 62, 64, 70, 73, 78, 97, 105, 116, 129, 131, 133, 143, 158, 161, 174, 180, 188, 192,
		204, 246, 261, 262, 263, 283, 300, 302, 316, 322, 341, 343, 363, 369, 372, 380, 390, 400, 401, 403, 409, 429,
		448, 449, 463, 464, 470, 471, 486, 492, 496, 514, 548, 553, 569, 574, 645, 653, 669, 701, 739, 766, 767, 781,
		803, 806, 811, 814, 832, 911, 939, 951, 960, 1015, 1027, 1030, 1039, 1057, 1058, 1082, 1085,
	}
	w := worldFor(t)
	total, err := trial.Numbered(len(numbers), runtime.GOMAXPROCS(0), func(i int, t trial.Tally) error {
		if err := w.tryNumber(seed, numbers[i], accessdiff.Compare, t); err != nil {
			return fmt.Errorf("pair %d: %w", numbers[i], err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + total.String())
	for name, least := range map[string]int{
		"gains that the oracle finds":                200,
		"losses that the oracle finds":               200,
		"gains through VPC endpoints":                100,
		"pages that the oracle finds":                5,
		"gains that are reported and shown":          20,
		"shown by a caller of the kind token":        10,
		"shown by a caller of the kind iam":          4,
		"shown by a caller of the kind own":          2,
		"shown by a caller of the kind none":         2,
		"requests on which oracle and gateway agree": 40,
		"of those allowed":                           20,
	} {
		if total[name] < least {
			t.Errorf("%q %d times, want %d at least", name, total[name], least)
		}
	}
}

// TestFaultsAreFound compares tables of which something is left out, or reports what is not so, and expects the trial
// to see it. The command finds faults of the source besides.
func TestFaultsAreFound(t *testing.T) {
	without := func(leaveOut func(*matrix.API)) compare {
		blind := func(m matrix.Matrix) matrix.Matrix {
			m.APIs = slices.Clone(m.APIs)
			for i := range m.APIs {
				leaveOut(&m.APIs[i])
			}
			return m
		}
		return func(old, new matrix.Matrix) *accessdiff.Diff { return accessdiff.Compare(blind(old), blind(new)) }
	}
	report := func(change func(d *accessdiff.Diff)) compare {
		return func(old, new matrix.Matrix) *accessdiff.Diff {
			d := accessdiff.Compare(old, new)
			change(d)
			return d
		}
	}
	w := worldFor(t)
	for _, tt := range []struct {
		name string
		seed uint64 // one with which the first pair shows it
		by   compare
		want string // in what is said of it
	}{
		{"resource policies are not looked at", 176, without(func(a *matrix.API) {
			a.Document = matrix.Document{}
		}), ""},
		{"grants are not looked at", 320, without(func(a *matrix.API) { a.Principals = nil }), ""},
		{"pages are not looked at", 2, without(func(a *matrix.API) { a.Readable = nil }), "pages of"},
		{"kept answers are not looked at", 575, without(func(a *matrix.API) { a.Kept = nil }), "answers of"},
		{"settings of authorizers are not looked at", 1, without(func(a *matrix.API) {
			a.Authorizers = slices.Clone(a.Authorizers)
			for i := range a.Authorizers {
				a.Authorizers[i].Variables = nil
			}
		}), ""},
		{"the two are taken for each other", 39, func(old, new matrix.Matrix) *accessdiff.Diff {
			return accessdiff.Compare(new, old)
		}, ""},
		{"gains are left out", 13, report(func(d *accessdiff.Diff) {
			d.Changes = slices.DeleteFunc(d.Changes, func(c accessdiff.Change) bool { return c.Effect == accessdiff.Gained })
		}), "reported"},
		{"witnesses come from elsewhere", 13, report(func(d *accessdiff.Diff) {
			for i := range d.Changes {
				if w := d.Changes[i].Witness; w != nil {
					w.SourceIP = "198.51.100.250"
					w.Caller = accessdiff.Caller{Kind: accessdiff.Anonymous}
				}
			}
		}), "witness"},
		{"a gain has no witness", 13, report(func(d *accessdiff.Diff) {
			for i := range d.Changes {
				d.Changes[i].Witness = nil
			}
		}), "no witness"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.tryAll(400, tt.seed, 1, false, tt.by)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestMutantsFit: the faults of -mutants are of the source as it is.
func TestMutantsFit(t *testing.T) {
	if err := mutants.Fit("../../internal/accessdiff", faults); err != nil {
		t.Error(err)
	}
}

// TestOracleStandsAlone: what decides for the oracle, and what it tries, imports nothing but the standard library.
func TestOracleStandsAlone(t *testing.T) {
	for _, file := range []string{"spec.go", "decide.go", "match.go", "gains.go", "draw.go", "mutate.go"} {
		f, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if path, _ := strconv.Unquote(i.Path.Value); strings.Contains(path, ".") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}
