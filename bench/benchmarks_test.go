package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

var sample = []figures.Figure{
	{
		Subject:  "token verification, RS256",
		Name:     "gatehouse",
		Peer:     "the signature alone",
		Unit:     "us",
		Measured: 24.3,
		Against:  22.8,
		Ratio:    1.067,
		AtMost:   1.15,
	},
	{
		Subject:  "token verification, RS256",
		Name:     "another <library>",
		Peer:     "the signature alone",
		Unit:     "us",
		Measured: 43.3,
		Against:  22.8,
		Ratio:    1.9,
		Other:    true,
	},
	{
		Subject:  "requests a second",
		Name:     "guarded",
		Peer:     "a peer",
		Measured: 12345,
		Against:  1000,
		Ratio:    12.345,
		AtLeast:  10,
	},
	{Subject: "requests a second", Name: "public", Peer: "a peer", Measured: 900, Against: 1000, Ratio: 0.9, AtLeast: 10},
}

func TestTable(t *testing.T) {
	got := table("2026-01-02: here.", sample)
	for _, want := range []string{
		"2026-01-02: here.",
		"## Token verification, RS256\n\n| | measured | against the signature alone | ratio | bound |\n" +
			"|---|---|---|---|---|\n| gatehouse | 24.3 us | 22.8 us | 1.07 | at most 1.15 |\n",
		"| guarded | 12345 | 1000 | 12.3 | at least 10 |\n",
		"| public | 900 | 1000 | 0.90 | **at least 10: does not hold** |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestPlot(t *testing.T) {
	got := plot(sample)
	for d := xml.NewDecoder(strings.NewReader(got)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for class, want := range map[string]int{"ours": 2, "other": 1, "over": 1, "bound": 3, "subject": 2, "one": 1} {
		if n := strings.Count(got, `class="`+class+`"`); n != want {
			t.Errorf("%d of class %s, want %d", n, class, want)
		}
	}
	if !strings.Contains(got, "another &lt;library&gt;") {
		t.Error("a name is not escaped")
	}
	for _, r := range []float64{0, lowest, 1, highest, 1e9} {
		if at := x(r); at < labels || at > width-right {
			t.Errorf("%g is at %g", r, at)
		}
	}
}

func TestFiguresAreGathered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures")
	t.Setenv(figures.Variable, file)
	for _, f := range sample {
		figures.Report(f)
	}
	got, err := figures.Read(file)
	if err != nil || len(got) != len(sample) {
		t.Fatalf("%d, %v", len(got), err)
	}
	for i := range sample {
		if got[i] != sample[i] {
			t.Errorf("got %+v, want %+v", got[i], sample[i])
		}
	}
	if err := os.WriteFile(file, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := figures.Read(file); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Error(err)
	}
}

// TestEachIsThere compares the benchmarks that the command runs with the folders. The command does not run the load
// test (soak) and the searches for errors (paths, soundness, sessions, tablesessions, diff): their result is not a
// ratio.
func TestEachIsThere(t *testing.T) {
	run := map[string]bool{
		"soak": true, "paths": true, "soundness": true, "sessions": true, "tablesessions": true, "diff": true,
		"internal": true, "pictures": true,
	}
	for _, b := range benchmarks {
		run[b.name] = true
		if _, err := os.Stat(b.name); err != nil {
			t.Error(err)
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !run[e.Name()] {
			t.Errorf("the command does not run %s", e.Name())
		}
	}
}
