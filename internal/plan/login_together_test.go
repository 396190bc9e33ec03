package plan

import (
	"slices"
	"strings"
	"testing"
)

func TestUnsafeVerbs(t *testing.T) {
	for pattern, want := range map[string]string{
		"GET /": "", "HEAD /": "", "OPTIONS /": "", "POST /": "POST", "PUT /": "PUT", "PATCH /": "PATCH",
		"DELETE /": "DELETE", "ANY /": "DELETE PATCH POST PUT",
	} {
		got := unsafeVerbs(PlannedRoute{Pattern: mustParse(t, pattern)})
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
}
