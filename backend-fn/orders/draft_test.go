package orders

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const aLine = `{"sku":"tea-1","quantity":2,"unitPrice":450}`

func TestParseDraft(t *testing.T) {
	id, _ := NewID(noon.Add(maxAhead), strings.NewReader("randomly"))
	for _, tt := range []struct {
		name, body string
		want       draft
	}{
		{
			"no ID",
			`{"customer":"c-1","currency":"EUR","lines":[` + aLine + `]}`,
			draft{Customer: "c-1", Currency: "EUR", Lines: []Line{{"tea-1", 2, 450}}},
		},
		{
			"an ID from a clock five minutes ahead",
			`{"id":"` + id + `","customer":"c-1","currency":"EUR","lines":[` + aLine + `]}`,
			draft{ID: id, Customer: "c-1", Currency: "EUR", Lines: []Line{{"tea-1", 2, 450}}},
		},
		{
			"members in another order, white space",
			"\t{ \"lines\" : [\r\n" + aLine + "], \"currency\":\"CHF\",\n\"customer\":\"a@b.example:7_-.Z\"}\n",
			draft{Customer: "a@b.example:7_-.Z", Currency: "CHF", Lines: []Line{{"tea-1", 2, 450}}},
		},
		{
			"escapes",
			`{"\u0063ustomer":"\u0063-1","currency":"EUR","lines":[` + aLine + `]}`,
			draft{Customer: "c-1", Currency: "EUR", Lines: []Line{{"tea-1", 2, 450}}},
		},
		{
			"limits",
			`{"customer":"` + strings.Repeat("x", 64) + `","currency":"EUR","lines":[
				{"sku":"a","quantity":10000,"unitPrice":1000000000},{"sku":"a","quantity":1,"unitPrice":0}]}`,
			draft{
				Customer: strings.Repeat("x", 64),
				Currency: "EUR",
				Lines:    []Line{{"a", 10000, 1000000000}, {"a", 1, 0}},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, p := parseDraft([]byte(tt.body), noon)
			if p != nil {
				t.Fatalf("got %v with %+v, want no problem", p, p.Errors)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseDraftErrors(t *testing.T) {
	future, _ := NewID(noon.Add(maxAhead+time.Millisecond), strings.NewReader("randomly"))
	with := func(member string) string {
		return `{"customer":"c-1","currency":"EUR","lines":[` + aLine + `],` + member + `}`
	}
	in := func(member, value string) string {
		fields := map[string]string{"customer": `"c-1"`, "currency": `"EUR"`, "lines": `[` + aLine + `]`}
		fields[member] = value
		return fmt.Sprintf(`{"customer":%s,"currency":%s,"lines":%s}`,
			fields["customer"], fields["currency"], fields["lines"])
	}
	line := func(l string) string { return in("lines", "["+l+"]") }

	for _, tt := range []struct {
		name, body string
		status     int
		want       []string // "pointer: a part of the detail" of each violation
	}{
		{"empty", "", 400, []string{"#: the body is not JSON: unexpected end of JSON input, at byte 0"}},
		{"white space", "  ", 400, []string{"#: the body is not JSON: unexpected end"}},
		{"text", "order", 400, []string{"#: the body is not JSON: invalid character 'o'"}},
		{"cut short", `{"customer":"c-1"`, 400, []string{"#: the body is not JSON: unexpected end"}},
		{"trailing comma", with(``), 400, []string{"#: the body is not JSON: invalid character '}'"}},
		{
			"trailing data",
			line(aLine) + "{}",
			400,
			[]string{"#: the body is not JSON: invalid character '{' after top-level value"},
		},
		{"comment", "/* */" + line(aLine), 400, []string{"#: the body is not JSON: invalid character '/'"}},
		{"byte order mark", "\ufeff" + line(aLine), 400, []string{"#: the body is not JSON: invalid character"}},
		{"not UTF-8", in("customer", "\"c\xff\""), 400, []string{"#: the body is not UTF-8"}},
		{"array", `[]`, 400, []string{"#: want an object, got an array"}},
		{"null", `null`, 400, []string{"#: want an object, got null"}},
		{"string", `"order"`, 400, []string{"#: want an object, got a string"}},
		{
			"deep nesting",
			in("customer", strings.Repeat("[", 9000)+strings.Repeat("]", 9000)),
			400,
			[]string{"#/customer: want a string, got an array"},
		},
		{
			"deeper than encoding/json goes",
			strings.Repeat("[", 20000) + strings.Repeat("]", 20000),
			400,
			[]string{"exceeded max depth"},
		},

		{
			"unknown member",
			with(`"note":"x"`),
			400,
			[]string{`#: unknown member "note": there are id, customer, currency, lines`},
		},
		{"status", with(`"status":"shipped"`), 400, []string{`#: unknown member "status"`}},
		{"creator", with(`"createdBy":"admin"`), 400, []string{`#: unknown member "createdBy"`}},
		{"member in another case", with(`"Customer":"c-2"`), 400, []string{`#: unknown member "Customer"`}},
		{
			"member with a letter that folds to k or s",
			line(`{"ſku":"a","quantity":1,"unitPrice":1}`),
			400,
			[]string{`#/lines/0: unknown member "ſku"`},
		},
		{"long unknown member", with(`"` + strings.Repeat("é", 100) + `":1`), 400, []string{`ééé..."`}},
		{
			"unknown member of a line",
			line(`{"sku":"a","price":1}`),
			400,
			[]string{`#/lines/0: unknown member "price": there are sku, quantity, unitPrice`},
		},
		{"member twice", with(`"customer":"c-1"`), 400, []string{"#/customer: the member is there twice"}},
		{"member twice, once escaped", with(`"\u0063ustomer":"c-2"`), 400, []string{"#/customer: the member is there twice"}},
		{"member of a line twice", line(`{"sku":"a","sku":"a"}`), 400, []string{"#/lines/0/sku: the member is there twice"}},

		{"number for a string", in("customer", "1"), 400, []string{"#/customer: want a string, got a number"}},
		{"null for a string", in("customer", "null"), 400, []string{"#/customer: want a string, got null"}},
		{"true for a string", in("currency", "true"), 400, []string{"#/currency: want a string, got true"}},
		{"object for an array", in("lines", "{}"), 400, []string{"#/lines: want an array, got an object"}},
		{"string for a line", line(`"tea"`), 400, []string{"#/lines/0: want an object, got a string"}},
		{
			"string for a number",
			line(aLine + `,{"sku":"a","quantity":"1"}`),
			400,
			[]string{"#/lines/1/quantity: want a number, got a string"},
		},
		{"number for an id", with(`"id":7`), 400, []string{"#/id: want a string, got a number"}},

		{
			"empty object",
			`{}`,
			422,
			[]string{"#/customer: the member is missing", "#/currency: the member is missing", "#/lines: the member is missing"},
		},
		{
			"empty object as a line",
			line(`{}`),
			422,
			[]string{
				"#/lines/0/sku: the member is missing",
				"#/lines/0/quantity: the member is missing",
				"#/lines/0/unitPrice: the member is missing",
			},
		},
		{
			"line without a price",
			line(`{"sku":"a","quantity":1}`),
			422,
			[]string{"#/lines/0/unitPrice: the member is missing"},
		},
		{"empty customer", in("customer", `""`), 422, []string{"#/customer: want 1 to 64"}},
		{"long customer", in("customer", `"`+strings.Repeat("x", 65)+`"`), 422, []string{"#/customer: want 1 to 64"}},
		{"customer with a space", in("customer", `"c 1"`), 422, []string{"#/customer: want 1 to 64"}},
		{"customer with a line break", in("customer", `"c\n1"`), 422, []string{"#/customer: want 1 to 64"}},
		{"customer with half a surrogate pair", in("customer", `"\ud800"`), 422, []string{"#/customer: want 1 to 64"}},
		{"currency in small letters", in("currency", `"eur"`), 422, []string{"#/currency: want a currency's code"}},
		{"currency of four letters", in("currency", `"EURO"`), 422, []string{"#/currency: want a currency's code"}},
		{"currency with a digit inside", in("currency", `"E1R"`), 422, []string{"#/currency: want a currency's code"}},
		{"empty lines", in("lines", "[]"), 422, []string{"#/lines: want at least one line"}},
		{"101 lines", line(strings.Repeat(aLine+",", 100) + aLine), 422, []string{"#/lines: want at most 100 lines"}},
		{
			"500 lines, one violation",
			line(strings.Repeat(aLine+",", 499) + aLine),
			422,
			[]string{"#/lines: want at most 100 lines"},
		},
		{
			"quantity 0",
			line(`{"sku":"a","quantity":0,"unitPrice":1}`),
			422,
			[]string{"#/lines/0/quantity: want a whole number from 1 to 10000"},
		},
		{
			"quantity 10,001",
			line(`{"sku":"a","quantity":10001,"unitPrice":1}`),
			422,
			[]string{"#/lines/0/quantity: want a whole number"},
		},
		{
			"quantity 1.5",
			line(`{"sku":"a","quantity":1.5,"unitPrice":1}`),
			422,
			[]string{"#/lines/0/quantity: want a whole number"},
		},
		{"quantity 1.0", line(`{"sku":"a","quantity":1.0,"unitPrice":1}`), 422, []string{"written in digits"}},
		{"quantity 1e3", line(`{"sku":"a","quantity":1e3,"unitPrice":1}`), 422, []string{"written in digits"}},
		{
			"price below 0",
			line(`{"sku":"a","quantity":1,"unitPrice":-1}`),
			422,
			[]string{"#/lines/0/unitPrice: want a whole number from 0"},
		},
		{
			"price beyond 64 bits",
			line(`{"sku":"a","quantity":1,"unitPrice":9223372036854775808}`),
			422,
			[]string{"#/lines/0/unitPrice: want a whole number"},
		},
		{
			"price 1e400",
			line(`{"sku":"a","quantity":1,"unitPrice":1e400}`),
			422,
			[]string{"#/lines/0/unitPrice: want a whole number"},
		},
		{
			"id of version 4",
			with(`"id":"017f22e2-79b0-4cc3-98c4-dc0c0c07398f"`),
			422,
			[]string{"#/id: want a version 7 UUID"},
		},
		{"empty id", with(`"id":""`), 422, []string{"#/id: want a version 7 UUID"}},
		{"id from the future", with(`"id":"` + future + `"`), 422, []string{"#/id: the id's time is 2026-03-01T12:05:00Z"}},
		{
			"a violation in each member",
			`{"customer":"","currency":"","lines":[{"sku":"","quantity":0,"unitPrice":-1}]}`,
			422,
			[]string{"#/customer: ", "#/currency: ", "#/lines/0/sku: ", "#/lines/0/quantity: ", "#/lines/0/unitPrice: "},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, p := parseDraft([]byte(tt.body), noon)
			if p == nil {
				t.Fatalf("got %+v, want a problem", d)
			}
			if p.Status != tt.status || len(p.Errors) != len(tt.want) {
				t.Fatalf("got %d with %+v, want %d with %d violations", p.Status, p.Errors, tt.status, len(tt.want))
			}
			for i, want := range tt.want {
				if got := p.Errors[i].Pointer + ": " + p.Errors[i].Detail; !strings.Contains(got, want) {
					t.Errorf("violation %d: got %q, want %q in it", i, got, want)
				}
			}
			if !cmp.Equal(d, draft{}) {
				t.Errorf("got %+v with the problem, want the zero draft", d)
			}
		})
	}
}

func TestViolationsAreBounded(t *testing.T) {
	_, p := parseDraft([]byte(`{"lines":[`+strings.Repeat("{},", 2000)+`{}]}`), noon)
	if p == nil || len(p.Errors) != maxViolations {
		t.Errorf("got %+v, want %d violations", p, maxViolations)
	}
}

// FuzzDraft checks that accepted drafts are within the limits, and that encoding/json reads the same values.
func FuzzDraft(f *testing.F) {
	f.Add([]byte(`{"customer":"c-1","currency":"EUR","lines":[` + aLine + `]}`))
	f.Add([]byte(`{"id":"` + anID + `","customer":"c-1","currency":"EUR","lines":[` + aLine + `]}`))
	f.Add([]byte(`{"customer":"c-1","customer":"c-2","currency":"EUR",
		"lines":[{"sku":"a","quantity":1.0,"unitPrice":-0}]}`))
	f.Add([]byte(`{"\u0063ustomer":"c-1","currency":"EUR","lines":[{"quantity":1,"sku":"a","unitPrice":-0}]}`))
	f.Add([]byte(`{"lines":[[[[]]]],"customer":null}`))
	f.Add([]byte("{\"customer\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, p := parseDraft(body, noon)
		if p != nil {
			if p.Status != 400 && p.Status != 422 || len(p.Errors) == 0 || len(p.Errors) > maxViolations {
				t.Fatalf("%q: got %+v, want 400 or 422 with 1 to %d violations", body, p, maxViolations)
			}
			if out, err := json.Marshal(p); err != nil || !utf8.Valid(out) {
				t.Fatalf("%q: the problem does not marshal: %v", body, err)
			}
			return
		}
		var std struct {
			ID, Customer, Currency string
			Lines                  []Line
		}
		if err := json.Unmarshal(body, &std); err != nil {
			t.Fatalf("%q: parseDraft accepts it, encoding/json reports %v", body, err)
		}
		if id, _ := ParseID(std.ID); id != d.ID || std.Customer != d.Customer || std.Currency != d.Currency ||
			!cmp.Equal(std.Lines, d.Lines) {
			t.Fatalf("%q: got %+v, encoding/json reads %+v", body, d, std)
		}
		if d.Customer == "" || len(d.Currency) != 3 || len(d.Lines) == 0 || len(d.Lines) > maxLines {
			t.Fatalf("%q: accepted %+v, which is outside the limits", body, d)
		}
		for _, l := range d.Lines {
			if l.SKU == "" || l.Quantity < 1 || l.Quantity > maxQuantity || l.UnitPrice < 0 || l.UnitPrice > maxUnitPrice {
				t.Fatalf("%q: accepted %+v, which is outside the limits", body, l)
			}
		}
	})
}
