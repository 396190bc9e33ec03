package matrix

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParse reads the JSON of the command's assemblies and writes it again. No part may be lost.
func TestParse(t *testing.T) {
	files, err := filepath.Glob("../../cli/testdata/*.golden.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if diff := cmp.Diff(string(text), string(m.JSON())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no JSON", "API  ROUTE", "not the JSON of gatehouse routes"},
		{"of an older release", `{"version": 1, "apis": []}`, "version 1, want 2: write the file again"},
		{"of a newer release", `{"version": 3, "apis": []}`, "version 3, want 2"},
		{"a member that is not known", `{"version": 2, "apis": [], "more": 1}`, `unknown field "more"`},
		{"a route without a path", `{"version": 2, "apis": [{"routes": [{"route": "GET"}]}]}`,
			`route "GET": want a verb and a path`},
		{"a requirement that is not known",
			`{"version": 2, "apis": [{"routes": [{"route": "GET /", "requires": [{"kind": "magic"}]}]}]}`,
			`route "GET /": unknown kind of requirement "magic"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text))
			if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// FuzzParse parses any text. If it is accepted, its own JSON must be accepted, too.
func FuzzParse(f *testing.F) {
	f.Add(`{"version": 2, "apis": [{"stack": "Shop", "name": "Api", "routes": [{"route": "GET /", "authorizer": ` +
		`{"kind": "none"}}]}]}`)
	f.Add(`{"version": 2, "apis": [{"policy": {"statements": [{"Effect": "Allow"}]}, "keptAnswers": ` +
		`[{"seconds": 1e300}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse([]byte(text))
		if err != nil {
			return
		}
		again, err := Parse(m.JSON())
		if err != nil {
			t.Fatalf("%v\n%s", err, m.JSON())
		}
		if diff := cmp.Diff(string(m.JSON()), string(again.JSON())); diff != "" {
			t.Error(diff)
		}
	})
}
