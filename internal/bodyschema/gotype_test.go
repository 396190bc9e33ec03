package bodyschema

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

type line struct {
	SKU   string          `json:"sku" jsonschema:"the number in the catalogue"`
	Count int32           `json:"count,omitempty"`
	Extra json.RawMessage `json:"extra,omitzero"`
}

type base struct{ ID string }

type order struct {
	base
	Lines []line         `json:"lines"`
	Due   *time.Time     `json:"due,omitempty"`
	Scan  []byte         `json:"scan,omitempty"`
	From  netip.Addr     `json:"from,omitzero"`
	Price json.Number    `json:"price"`
	By    map[string]int `json:"by,omitempty"`
	Note  any            `json:"note,omitempty"`
	inner string
	Out   string `json:"-"`
}

// TestTypes compares the schema of a type with what encoding/json reads into it.
func TestTypes(t *testing.T) {
	_ = order{inner: ""}
	schema, err := OfType(reflect.TypeFor[order]())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Convert(schema)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(m.JSON), `"sku":{"description":"the number in the catalogue","type":"string"}`) {
		t.Errorf("the description is missing: %s", m.JSON)
	}
	v := validator(t, m.Schema, jsonschema.Draft4)
	const least = `"ID":"1","price":1.5`
	for _, c := range []struct {
		name, body string
		valid      bool
	}{
		{"the least", `{` + least + `,"lines":[]}`, true},
		{"all", `{` + least +
			`,"lines":[{"sku":"a","count":1,"extra":{"a":1}}],"due":"2026-01-02T03:04:05.6Z","scan":"AQI=",` +
			`"from":"::1","by":{"a":1},"note":[1]}`, true},
		{"null for a pointer and a slice", `{` + least + `,"lines":null,"due":null}`, true},
		{"a required member is missing", `{` + least + `}`, false},
		{"one of an embedded struct", `{"price":1,"lines":[]}`, false},
		{"a member too many", `{` + least + `,"lines":[],"inner":"a"}`, false},
		{"one that JSON leaves out", `{` + least + `,"lines":[],"Out":"a"}`, false},
		{"another type", `{` + least + `,"lines":[{"sku":1}]}`, false},
		{"an integer out of range", `{` + least + `,"lines":[{"sku":"a","count":2147483648}]}`, false},
		{"not a time", `{` + least + `,"lines":[],"due":"tomorrow"}`, false},
		{"not base64", `{` + least + `,"lines":[],"scan":"A"}`, false},
		{"an address that is a number", `{` + least + `,"lines":[],"from":1}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			document, err := decode([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Validate(document); (err == nil) != c.valid {
				t.Errorf("got %v, want valid: %v", err, c.valid)
			}
			d := json.NewDecoder(strings.NewReader(c.body))
			if err := d.Decode(&order{}); c.valid && err != nil {
				t.Errorf("encoding/json does not read it: %v", err)
			}
		})
	}
}

type (
	ownJSON struct{}
	loop    struct{ Next []loop }
	renamed struct {
		base `json:"base"`
	}
	embedded0 struct{ time.Month }
	quoted    struct {
		N int `json:"n,string"`
	}
	deep struct {
		In struct{ List []map[string]big.Int }
	}
	channel struct{ C chan int }
	raw     struct{ R *json.RawMessage }
	fromURL struct{ time.Time }
)

func (*ownJSON) UnmarshalJSON([]byte) error { return nil }

func TestTypesThatAreRefused(t *testing.T) {
	twice := reflect.StructOf([]reflect.StructField{ // which go vet would refuse as a declaration
		{Name: "A", Type: reflect.TypeFor[string](), Tag: `json:"a"`},
		{Name: "B", Type: reflect.TypeFor[string](), Tag: `json:"a"`},
	})
	const wayOut = ": write the schema of it as a file or a map"
	for _, c := range []struct {
		goType reflect.Type
		want   string
	}{
		{reflect.TypeFor[ownJSON](), "bodyschema.ownJSON: bodyschema.ownJSON has an UnmarshalJSON of its own, so that its " +
			"JSON is not known" + wayOut},
		{reflect.TypeFor[deep](), "bodyschema.deep.In.List[][]: big.Int has an UnmarshalJSON of its own"},
		{reflect.TypeFor[loop](), "cycle detected for type bodyschema.loop" + wayOut},
		{reflect.TypeFor[renamed](), "bodyschema.renamed.base: an embedded field that JSON has as a member: give the " +
			"field a name"},
		{reflect.TypeFor[embedded0](), "an embedded field that JSON has as a member"},
		{reflect.TypeFor[fromURL](), "has an UnmarshalJSON of its own"},
		{reflect.TypeFor[quoted](), `bodyschema.quoted.N: its tag has the option "string", which makes texts of numbers`},
		{twice, `struct { A string "json:\"a\""; B string "json:\"a\"" }.B: there is another field with the JSON name "a"`},
		{reflect.TypeFor[channel](), "type chan int is unsupported"},
		{reflect.TypeFor[raw](), "a pointer to json.RawMessage has no schema: take json.RawMessage"},
	} {
		t.Run(c.goType.String(), func(t *testing.T) {
			if _, err := OfType(c.goType); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}
