package accessdiff

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		effects []Effect
		want    int
	}{
		{"nothing", nil, 0},
		{"narrower", []Effect{Lost, Changed}, 0},
		{"wider", []Effect{Lost, Gained}, 3},
		{"not known", []Effect{Unknown, Lost}, 4},
		{"a gain and an unknown change", []Effect{Unknown, Gained}, 3},
	} {
		d := &Diff{}
		for _, e := range tt.effects {
			d.Changes = append(d.Changes, Change{Effect: e})
		}
		if got := d.Exit(); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestOutput writes hostile names of a template. None may be markup, a mention, or an instruction to a terminal.
func TestOutput(t *testing.T) {
	d := &Diff{Changes: []Change{
		{API: "Shop/Api", Effect: Lost, Text: "GET /a_b: everyone lost"},
		{API: "Shop/Api", Route: "GET /", Effect: Gained, Text: "@all <b>`x`</b> gained\x1b[31m\nGET /", Witness: &Witness{
			Verb: "GET", Path: "/`x`", Caller: Caller{Kind: Anonymous},
		}},
		{API: "Shop/Api", Effect: Gained, Text: "GET /: everyone gained", Witness: &Witness{}},
		{API: "Shop/Api", Effect: Gained, Text: "GET /: everyone gained", Witness: &Witness{}},
		{API: "Other/Api", Effect: Unknown, Text: "the code of the authorizer A changed"},
	}}
	d.sort()
	if diff := cmp.Diff("Other/Api\n  ? the code of the authorizer A changed\n\nShop/Api\n  + GET /: everyone gained\n"+
		"  + @all <b>`x`</b> gained\\x1b[31m\\nGET /\n  - GET /a_b: everyone lost\n", string(d.Text())); diff != "" {
		t.Error(diff)
	}
	text := string(d.Markdown())
	for _, want := range []string{
		"### Access is wider, and not all of it can be compared\n", "\n#### `Other/Api`\n", "\n**Access gained**\n",
		"- &#64;all &lt;b&gt;\\`x\\`&lt;/b&gt; gained\\\\x1b\\[31m\\\\nGET /\n", "\n  ``{\"verb\":\"GET\",\"path\":\"/`x`\"",
		"- GET /a\\_b: everyone lost\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	var out struct {
		Version, Exit int
		Changes       []Change
	}
	if err := json.Unmarshal(d.JSON(), &out); err != nil || out.Version != 1 || out.Exit != 3 || len(out.Changes) != 4 {
		t.Errorf("got %+v, %v", out, err)
	}
	empty := &Diff{}
	if got := string(empty.Text()) + string(empty.Markdown()); got != "### Access is unchanged\n" {
		t.Errorf("for no changes: %q", got)
	}
}
