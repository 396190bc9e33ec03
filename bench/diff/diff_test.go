package main

import (
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

// TestDiff is an eight-hundredth of what the command is run with each night. Each change of mutate.go is made in some
// pair: the further ones make those that the first ones leave out.
func TestDiff(t *testing.T) {
	pairs, seed := 125, uint64(373)
	if testing.Short() { // as under the race detector
		pairs = 80
	}
	w := worldFor(t)
	total, err := w.tryAll(pairs, seed, runtime.GOMAXPROCS(0), false, accessdiff.Compare)
	if err != nil {
		t.Fatal(err)
	}
	for _, further := range []int{
		129, 133, 157, 160, 161, 163, 217, 227, 253, 263, 341, 380, 574, 814, 1015, 1085,
	} {
		if err := w.tryNumber(seed, further, accessdiff.Compare, total); err != nil {
			t.Fatalf("pair %d: %v", further, err)
		}
	}
	t.Log("\n" + total.String())
	for name, least := range map[string]int{
		"gains that the oracle finds":                pairs / 2,
		"losses that the oracle finds":               pairs / 2,
		"gains through VPC endpoints":                pairs / 20,
		"pages that the oracle finds":                pairs / 10,
		"gains that are reported and shown":          pairs / 5,
		"shown by a caller of the kind token":        pairs / 10,
		"shown by a caller of the kind iam":          pairs / 50,
		"shown by a caller of the kind own":          pairs / 50,
		"shown by a caller of the kind none":         pairs / 100,
		"requests on which oracle and gateway agree": pairs / 2,
		"of those allowed":                           pairs / 10,
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
		seed uint64 // one with which a pair that shows it comes early
		by   compare
		want string // in what is said of it
	}{
		{"resource policies are not looked at", 11, without(func(a *matrix.API) {
			a.Document = matrix.Document{}
		}), ""},
		{"grants are not looked at", 1, without(func(a *matrix.API) { a.Principals = nil }), ""},
		{"pages are not looked at", 8, without(func(a *matrix.API) { a.Readable = nil }), "pages of"},
		{"kept answers are not looked at", 10, without(func(a *matrix.API) { a.Kept = nil }), "answers of"},
		{"settings of authorizers are not looked at", 9, without(func(a *matrix.API) {
			a.Authorizers = slices.Clone(a.Authorizers)
			for i := range a.Authorizers {
				a.Authorizers[i].Variables = nil
			}
		}), ""},
		{"the two are taken for each other", 11, func(old, new matrix.Matrix) *accessdiff.Diff {
			return accessdiff.Compare(new, old)
		}, ""},
		{"gains are left out", 11, report(func(d *accessdiff.Diff) {
			d.Changes = slices.DeleteFunc(d.Changes, func(c accessdiff.Change) bool { return c.Effect == accessdiff.Gained })
		}), "reported"},
		{"witnesses come from elsewhere", 11, report(func(d *accessdiff.Diff) {
			for i := range d.Changes {
				if w := d.Changes[i].Witness; w != nil {
					w.SourceIP = "198.51.100.250"
					w.Caller = accessdiff.Caller{Kind: accessdiff.Anonymous}
				}
			}
		}), "witness"},
		{"a gain has no witness", 11, report(func(d *accessdiff.Diff) {
			for i := range d.Changes {
				d.Changes[i].Witness = nil
			}
		}), "no witness"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.tryAll(400, tt.seed, runtime.GOMAXPROCS(0), false, tt.by)
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
