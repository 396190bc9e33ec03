package accessdiff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// FuzzCompare compares APIs of random lines, and checks properties that hold for every comparison.
func FuzzCompare(f *testing.F) {
	f.Add("GET /orders: scope a", "GET /orders: none")
	f.Add("GET /{id}: is sub or group b\nPOST /x/{rest+}: iam", "ANY /{id}: in teams + scope a|b\nGET /x: token")
	f.Add("GET /: claim plan pro", "GET /: claim plan pro|free + role r")
	f.Fuzz(func(t *testing.T, before, after string) {
		was, ok := readLines(before)
		is, valid := readLines(after)
		if !ok || !valid {
			return
		}
		d := Compare(matrixOf(was), matrixOf(is))
		back := Compare(matrixOf(is), matrixOf(was))
		counts := map[Effect][2]int{}
		for i, diff := range []*Diff{d, back} {
			for _, c := range diff.Changes {
				if (c.Witness != nil) != (c.Effect == Gained) {
					t.Errorf("%s: the witness is %v", c.Text, c.Witness)
				}
				n := counts[c.Effect]
				n[i]++
				counts[c.Effect] = n
				if strings.Contains(c.Text, "\n") {
					t.Errorf("%q is not one line", c.Text)
				}
			}
		}
		// A gain in one direction is a loss in the other.
		if counts[Gained][0] != counts[Lost][1] || counts[Lost][0] != counts[Gained][1] {
			t.Errorf("%v\n%s\nand back\n%s", counts, linesOf(d), linesOf(back))
		}
		if same := Compare(matrixOf(is), matrixOf(is)); len(same.Changes) > 0 {
			t.Errorf("with itself: %s", linesOf(same))
		}
		// A matrix that was written to a file and read again compares like the original.
		kept, err := matrix.Parse(matrixOf(is).JSON())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(linesOf(d), linesOf(Compare(matrixOf(was), kept))); diff != "" {
			t.Error(diff)
		}
	})
}

// readLines reads a few lines for apiOf; ok is false if they are not an API.
func readLines(text string) (api matrix.API, ok bool) {
	defer func() {
		if recover() != nil { // a line that apiOf does not know
			ok = false
		}
	}()
	lines := strings.Split(text, "\n")
	if len(lines) > 6 || len(text) > 200 {
		return api, false
	}
	api = apiOf(lines...)
	for _, r := range api.Routes {
		for _, req := range r.Requires {
			if req.Check() != nil {
				return api, false
			}
		}
	}
	_, err := newSide(api)
	return api, err == nil
}
