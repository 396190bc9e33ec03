package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/bodyschema"
)

// body returns a Body with a name, whose schema has a title.
func body(name, title string) Body {
	m, err := bodyschema.Convert(map[string]any{"title": title, "type": "object"})
	return Body{Source: "the map " + title, Name: name, Model: m, Err: err}
}

// demanding returns a Body whose schema does not accept {}.
func demanding(name string) Body {
	m, err := bodyschema.Convert(map[string]any{"required": []any{"a"}})
	return Body{Source: "the map", Name: name, Model: m, Err: err}
}

func TestWrongBodies(t *testing.T) {
	validator := func(r *Route) { r.OwnValidation = "RequestModels and RequestValidator" }
	binary := func(types ...string) func(*Props) {
		return func(p *Props) { p.RestAPI = &RestAPI{BinaryMediaTypes: types} }
	}
	testRefusals(t, []refusal{
		{"no schema", add(handle("POST /a", fn, Body{Source: `the file "a.json"`, Err: errors.New("at /type: no")})),
			`route "POST /a": its Body, of the file "a.json": at /type: no`},
		{
			"twice",
			add(handle("POST /a", fn, body("A", "a"), body("B", "b"))),
			`route "POST /a": it has Body twice: join the schemas`,
		},
		{"no body at all", add(handle("GET /a", fn, demanding("A"))),
			`route "GET /a": it takes GET, whose requests have no body, and its Body, of the map, does not accept {}, which ` +
				`stands for none: leave Body out, write RequireQuery, or give the verbs with a body routes of their own`},
		{"verbs without one", add(handle("ANY /a", fn, demanding("A"))), `route "ANY /a": it takes ANY, whose requests`},
		{"a name", add(handle("POST /a", fn, body("new-order", "a"))),
			`is called "new-order": a model's name has 1 to 128 letters and digits, and begins with a letter: ` +
				`set one with Named("Order")`},
		{"a long name", add(handle("POST /a", fn, body(strings.Repeat("a", 129), "a"))),
			`aaa": a model's name has 1 to 128 letters`},
		{"a name of API Gateway's", add(handle("POST /a", fn, body("Error", "a"))),
			`is called "Error", and each API has a model of that name from the start: set another one with Named("Order")`},
		{"one name of two", add(handle("POST /a", fn, body("Order", "a")), handle("PUT /a", fn, body("Order", "b"))),
			`route "PUT /a" has a Body called "Order", of the map b, and route "POST /a" has a Body called "Order", of the ` +
				`map a: give one of them another name with Named("Order2")`},
		{"names that differ in case", add(handle("POST /a", fn, body("Order", "a")), handle("PUT "+
			"/a", fn, body("order", "b"))),
			`give one of them another name with Named("order2")`},
		{"options of one's own", add(withOptions(handle("POST /a", fn, body("A", "a")), validator)),
			`route "POST /a": it has Body, and its MethodOptions set RequestModels and RequestValidator: ` +
				`set all of it in the table`},
		{"beside a parameter", add(withOptions(handle("GET /a", fn, Required{"header", []string{"X-A"}}), validator)),
			`route "GET /a": it has RequireQuery or RequireHeader, ` +
				`and its MethodOptions set RequestModels and RequestValidator`},
		{"in Either", add(handle("POST /a", fn, Either{[]Access{anyScope("s"), body("A", "a")}})),
			`its Either holds Body, which is not a requirement of who calls: write it beside Either`},
		{"JSON is binary", both(add(handle("POST /a", fn, body("A", "a"))), binary("image/png", "*/*")),
			`route "POST /a" has a Body, and RestApiProps.BinaryMediaTypes cover application/json, so that bodies reach the ` +
				`function in base64, and it is not documented that they are validated: ` +
				`name the types that are binary, such as image/png`},
		{"nothing to explain", func(p *Props) { p.ExplainBadRequests = true },
			"ExplainBadRequests is set, and no route has a Body: leave it out"},
	})
}

func TestWrongParameters(t *testing.T) {
	query := func(names ...string) func(*Props) { return add(handle("GET /a", fn, Required{"querystring", names})) }
	header := func(names ...string) func(*Props) { return add(handle("GET /a", fn, Required{"header", names})) }
	testRefusals(t, []refusal{
		{
			"none",
			query(),
			`route "GET /a": it has RequireQuery without a name: name the parameters, such as RequireQuery("page")`,
		},
		{
			"a list",
			query("filter[name]"),
			`route "GET /a": its RequireQuery names "filter[name]": API Gateway takes letters, digits ` +
				`and . _ $ - in the name of a parameter: have the function check for it`,
		},
		{"a token", query("${Token[TOKEN.1]}"), "its RequireQuery names a CDK token, and the name is a part of the " +
			"method's settings"},
		{"twice", query("page", "page"), `its RequireQuery names "page" twice: leave one out`},
		{"a header twice", header("X-A", "x-a"), `its RequireHeader names "x-a" twice: leave one out`},
		{"not a header", header("X A"), `its RequireHeader names `},
		{"the whole expression", header("method.request.header.X-A"), `want its name alone: "X-A"`},
		{"in Either", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), Required{"header", []string{"X-A"}}}})),
			`its Either holds RequireHeader, which is not a requirement of who calls: write it beside Either`},
	})
}

func TestBodies(t *testing.T) {
	p, err := New(table(both(add(
		handle("POST /a", fn, body("Zebra", "a"), Required{"header", []string{"X-Tenant"}}),
		handle("PUT /a", fn, body("Ant", "a")), // the same schema by another name
		handle("GET /a", fn, body("Ant", "a")),
		handle("POST /b", fn, body("Bee", "b"), Required{"querystring", []string{"page"}}),
	), func(p *Props) {
		p.ExplainBadRequests, p.CORS = true, &CORS{AllowOrigins: []string{"https://shop.example.com"}}
	})))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, m := range p.Models() {
		got = append(got, m.Name)
	}
	for r := range p.Sorted() {
		if r.Body != nil {
			got = append(got, r.Pattern.String(), p.ModelOf(r), strings.Join(r.Parameters, " "))
		}
	}
	want := []string{
		"Ant",
		"Bee",
		"GET /a",
		"Ant",
		"",
		"POST /a",
		"Ant",
		"method.request.header.X-Tenant",
		"PUT /a",
		"Ant",
		"",
		"POST /b",
		"Bee",
		"method.request.querystring.page",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if headers := p.AllowHeaders(); !slices.Contains(headers, "X-Tenant") {
		t.Errorf("a preflight does not allow X-Tenant: %s", headers)
	}
}

func TestWarningsOfBodies(t *testing.T) {
	m, err := bodyschema.Convert(map[string]any{"properties": map[string]any{"mail": map[string]any{"format": "email"}}})
	if err != nil {
		t.Fatal(err)
	}
	mail := Body{Source: `the file "mail.json"`, Name: "Mail", Model: m}
	p, err := New(table(both(add(handle("POST /a", fn, mail), handle("PUT /a", fn, mail)), func(p *Props) {
		p.RestAPI = &RestAPI{BinaryMediaTypes: []string{"image/png"}}
	})))
	if err != nil {
		t.Fatal(err)
	}
	warnings := p.Unchecked("k", "b")
	if len(warnings) != 2 || warnings[0].ID != "k" || warnings[1].ID != "b" {
		t.Fatalf("got %q", warnings)
	}
	for i, want := range []string{
		`the Body of "POST /a", of the file "mail.json", has keywords that API Gateway does not check, at ` +
			`/properties/mail/format: have the function check them, write a pattern beside each, or acknowledge "k"`,
		`route "POST /a" has a Body, and the API has BinaryMediaTypes (image/png). ` +
			`It is not documented that API Gateway validates`,
	} {
		if !strings.HasPrefix(warnings[i].Text, want) {
			t.Errorf("got  %s\nwant %s", warnings[i].Text, want)
		}
	}
}
