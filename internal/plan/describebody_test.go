package plan

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrongDescriptions(t *testing.T) {
	described := func(name, title string) DescribeBody { return DescribeBody{body(name, title)} }
	models := func(bodies ...Body) func(*Props) { return func(p *Props) { p.Models = bodies } }
	testRefusals(t, []refusal{
		{"no schema", add(handle("POST /a", fn, DescribeBody{Body{Source: `the file "a.json"`, Err: errors.New("no")}})),
			`route "POST /a": its DescribeBody, of the file "a.json": no`},
		{"twice", add(handle("POST /a", fn, described("A", "a"), described("B", "b"))),
			`route "POST /a": it has DescribeBody twice: join the schemas by anyOf in one`},
		{"beside a check", add(handle("POST /a", fn, described("A", "a"), body("B", "b"))),
			`route "POST /a": it has Body, which describes the body in checking it, and DescribeBody: leave one of them out`},
		{"a name", add(handle("POST /a", fn, described("new-order", "a"))),
			`its DescribeBody, of the map a, is called "new-order": a model's name has 1 to 128 letters and digits`},
		{"one name of two", add(handle("POST /a", fn, body("Order", "a")), handle("PUT /a", fn, described("Order", "b"))),
			`route "PUT /a" has a DescribeBody called "Order", of the map b, and route "POST /a" has a Body called "Order", ` +
				`of the map a: give one of them another name with Named("Order2")`},
		{"no schema of a model", models(Body{Source: "the map", Err: errors.New("no")}), "Props.Models[0], of the map: no"},
		{"a model's name", models(body("A", "a"), body("Empty", "b")),
			`Props.Models[1], of the map b, is called "Empty", and each API has a model of that name from the start`},
		{"a model's name twice", both(add(handle("POST /a", fn, body("Order", "a"))), models(body("Order", "b"))),
			`Props.Models[0] is called "Order", of the map b, and route "POST /a" has a Body called "Order", ` +
				`of the map a: give one`},
	})
}

// A model is written once, whether a route checks it, describes it, or does not refer to it.
func TestModelsOfDescriptions(t *testing.T) {
	p, err := New(table(both(
		add(
			handle("POST /a", fn, body("Order", "a")),
			handle("PUT /a", fn, DescribeBody{body("Order", "a")}),
			handle("GET /b", fn, DescribeBody{demanding("Strict")}), // GET has no body, and nothing is checked
		),
		func(p *Props) { p.Models = []Body{body("Order", "a"), body("Parcel", "p")} },
	)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range p.Models() {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"Order", "Parcel", "Strict"}, names); diff != "" {
		t.Errorf("the models (-want +got):\n%s", diff)
	}
	if got := p.Checked(); got["PUT /a"] != "" || got["GET /b"] != "" || got["POST /a"] != "body" {
		t.Errorf("checked is %v", got)
	}
}
