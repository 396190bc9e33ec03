package strictjson_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson/strictjsontest"
)

// FuzzParse compares with encoding/json. A text that is accepted here must be accepted there with the same meaning. A
// text that is refused here must be refused there, or break one of this package's further rules, which the test checks
// by other means.
func FuzzParse(f *testing.F) {
	for _, text := range append(strictjson.Samples, []string{
		``, `{}`, `[1,2.5e3,-0]`, `{"a":1,"a":2}`, `{"exp":1,"\u0065xp":2}`, `"\ud800"`, `"\ud83d\ude00"`, "\"\xff\"",
		`1e309`, `1e-400`,
		strings.Repeat("[", 40), strings.Repeat("[", 26) + strings.Repeat("]", 26),
		strings.Repeat("[", 33) + strings.Repeat("]", 33), `{"a":{"b":[{"c":null}]}} `, `nullx`, `{"iss":1,"iſs":2}`,
	}...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := strictjson.Parse(text)
		if err == nil {
			if !json.Valid([]byte(text)) {
				t.Fatal("encoding/json refuses it")
			}
			if broken := strictjsontest.BrokenRule(text); broken != nil {
				t.Fatalf("it breaks a rule: %v", broken)
			}
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			var want any
			if err := dec.Decode(&want); err != nil {
				t.Fatal(err)
			}
			if got := asAny(t, v); !reflect.DeepEqual(got, want) { // cmp.Diff takes minutes for 26 arrays within each other
				t.Fatalf("another meaning: encoding/json %v, here %v", want, got)
			}
			return
		}
		if !json.Valid([]byte(text)) {
			return
		}
		if broken := strictjsontest.BrokenRule(text); !errors.Is(broken, errors.Unwrap(err)) {
			t.Fatalf("encoding/json accepts it; here: %v; the rule it breaks: %v", err, broken)
		}
	})
}

// FuzzFloor compares with exact rational arithmetic.
func FuzzFloor(f *testing.F) {
	for _, text := range []string{`0`, `-0.1`, `1700000000.5`, `17e8`, `1e18`, `9223372036854775807.9`,
		`-9223372036854775808`, `12.5e-1`, `1e-300`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := strictjson.Parse(text)
		if err != nil || v.Kind() != strictjson.Number || len(text) > 400 {
			return
		}
		if e := strings.IndexAny(v.Raw(), "eE"); e >= 0 && len(v.Raw())-e > len("e-1000") {
			return // math/big would write the number out
		}
		rat, ok := new(big.Rat).SetString(v.Raw())
		if !ok {
			t.Fatal("math/big does not read it")
		}
		// Div rounds towards minus infinity, as the denominator is positive.
		floor := new(big.Int).Div(rat.Num(), rat.Denom())
		n, exact, ok := v.Floor()
		if ok != floor.IsInt64() || ok && (n != floor.Int64() || exact != rat.IsInt()) {
			t.Fatalf("got %d, exact %v, ok %v, want %v, exact %v", n, exact, ok, floor, rat.IsInt())
		}
	})
}

// asAny converts a value into what encoding/json makes of its text.
func asAny(t *testing.T, v strictjson.Value) any {
	switch v.Kind() {
	case strictjson.Null:
		return nil
	case strictjson.False, strictjson.True:
		b, _ := v.Bool()
		return b
	case strictjson.Number:
		return json.Number(v.Raw())
	case strictjson.String:
		s, _ := v.Text()
		if !v.Is(s) {
			t.Fatalf("Is does not agree with Text")
		}
		return s
	case strictjson.Array:
		list := []any{}
		for e := range v.Elements() {
			list = append(list, asAny(t, e))
		}
		if len(list) != v.Len() {
			t.Fatalf("Len is %d for %d elements", v.Len(), len(list))
		}
		return list
	case strictjson.Object:
		object := map[string]any{}
		for name, member := range v.Members() {
			object[name] = asAny(t, member)
			if v.Get(name) != member {
				t.Fatalf("Get does not find what Members shows")
			}
		}
		return object
	}
	t.Fatalf("kind %v", v.Kind())
	return nil
}
