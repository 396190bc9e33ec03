package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// samPage has a table with the number of SAM's APIs for each verdict.
const samPage = "docs/moving-from-sam.md"

// TestSAMInputs checks that each input that props can replace has a sample, that each other input has a reason, and
// that the documentation has the right numbers.
func TestSAMInputs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "sam-inputs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	sampled := map[string]bool{}
	for _, s := range samples {
		name, _, _ := strings.Cut(s.name, " ")
		for _, input := range append(s.also, name) {
			sampled[input] = true
		}
	}
	listed, apis := map[string]bool{}, map[string]int{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		if len(words) < 3 {
			t.Fatalf("the line %q: want an input, a number and a verdict", line)
		}
		n, err := strconv.Atoi(words[1])
		if err != nil || n < 1 {
			t.Errorf("%s has %q APIs", words[0], words[1])
		}
		listed[words[0]] = true
		apis[words[2]] += n
		switch words[2] {
		case "props", "differs":
			if !sampled[words[0]] {
				t.Errorf("%s has no sample", words[0])
			}
		case "constructs", "refused":
		default:
			t.Errorf("%s has the verdict %q", words[0], words[2])
		}
		if words[2] != "props" && len(words) < 4 {
			t.Errorf("%s is %s, and has no reason", words[0], words[2])
		}
	}
	for input := range sampled {
		if !listed[input] && strings.Contains(input, "_") {
			t.Errorf("%s has a sample, but is not in the list", input)
		}
	}
	documented, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(samPage)))
	if err != nil {
		t.Fatal(err)
	}
	for verdict, n := range apis {
		if want := fmt.Sprintf("| %s | %d |", verdict, n); !strings.Contains(string(documented), want) {
			t.Errorf("%s has no line %q", samPage, want)
		}
	}
	if want := fmt.Sprintf("%d inputs", len(listed)); !strings.Contains(string(documented), want) {
		t.Errorf("%s does not say that there are %s", samPage, want)
	}
}
