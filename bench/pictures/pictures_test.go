package main

import (
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"
)

// TestDrawingsAreUpToDate compares the committed drawings with those that the command makes.
func TestDrawingsAreUpToDate(t *testing.T) {
	for name, want := range drawings() {
		got, err := os.ReadFile("../../docs/pictures/" + name)
		if err != nil || string(got) != want {
			t.Errorf("%s is out of date (%v): run go run ./bench/pictures", name, err)
		}
		for d := xml.NewDecoder(strings.NewReader(want)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
