package strictjson

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	nest := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	many := func(n int, last string) string {
		var b strings.Builder
		b.WriteString(`{"`)
		for i := range n {
			b.WriteString(strings.Repeat("n", i+1) + `":0,"`)
		}
		return b.String() + last + `":0}`
	}
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"an object", `{"a":1,"b":[true,false,null],"c":{"d":"e"}}`, nil},
		{"white space of every kind", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n", nil},
		{"empty containers", `[{},[],""]`, nil},
		{"a scalar", `"text"`, nil},
		{"every escape", `"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"`, nil},
		{"raw characters outside ASCII", `"é€😀"`, nil},
		{"the replacement character", "\"\uFFFD\"", nil},
		{"DEL stands for itself", "\"\x7f\"", nil},
		{"the same name in two objects", `{"a":{"a":1},"b":{"a":2}}`, nil},
		{"the same value twice", `{"a":"a","b":"a"}`, nil},
		{"names that differ in case", `{"exp":1,"EXP":2,"Exp":3}`, nil},
		{"names that differ in a homoglyph", `{"iss":1,"iſs":2}`, nil},
		{"as deep as allowed", nest(DefaultMaxDepth), nil},
		{"many names", many(200, "x"), nil},
		{"the largest float64", `1.7976931348623157e308`, nil},
		{"a number that is nearly zero", `1e-400`, nil},
		{"long numbers", "[" + strings.Repeat("9", 308) + ",0." + strings.Repeat("9", 400) + "]", nil},

		{"nothing", ``, ErrSyntax},
		{"white space alone", "  ", ErrSyntax},
		{"a byte order mark", "\ufeff{}", ErrSyntax},
		{"a form feed is no white space", "\f{}", ErrSyntax},
		{"a no-break space is no white space", "\u00a0{}", ErrSyntax},
		{"an unclosed object", `{"a":1`, ErrSyntax},
		{"an unclosed empty object", `{`, ErrSyntax},
		{"an unclosed array", `[1`, ErrSyntax},
		{"an unclosed empty array", `[`, ErrSyntax},
		{"an unclosed string", `"abc`, ErrSyntax},
		{"a string that ends in a backslash", `"abc\`, ErrSyntax},
		{"a comma too many in an object", `{"a":1,}`, ErrSyntax},
		{"a comma too many in an array", `[1,]`, ErrSyntax},
		{"no comma in an object", `{"a":1 "b":2}`, ErrSyntax},
		{"no comma in an array", `[1 2]`, ErrSyntax},
		{"no colon", `{"a" 1}`, ErrSyntax},
		{"an equal sign for a colon", `{"a"=1}`, ErrSyntax},
		{"a letter for a colon", `{"a"x1}`, ErrSyntax},
		{"a name at the end", `{"a"`, ErrSyntax},
		{"a name at the end of a string", `{"a`, ErrSyntax},
		{"an escape of three digits", `"\u123"`, ErrSyntax},
		{"an escape that is cut off", `"\u12`, ErrSyntax},
		{"an escape with a letter that is no digit", `"\u12g4"`, ErrSyntax},
		{"an escape with a sign", `"\u+123"`, ErrSyntax},
		{"no value", `{"a":}`, ErrSyntax},
		{"a name without quotes", `{a:1}`, ErrSyntax},
		{"a name in single quotes", `{'a':1}`, ErrSyntax},
		{"a number as name", `{1:1}`, ErrSyntax},
		{"a name without its first quote", `{na":1}`, ErrSyntax},
		{"a name alone", `{"a"`, ErrSyntax},
		{"mismatched brackets", `[1}`, ErrSyntax},
		{"a comment", `{/**/}`, ErrSyntax},
		{"a literal in capitals", `True`, ErrSyntax},
		{"a literal cut short", `tru`, ErrSyntax},
		{"NaN", `NaN`, ErrSyntax},
		{"a line feed in a string", "\"a\nb\"", ErrSyntax},
		{"a NUL in a string", "\"a\x00b\"", ErrSyntax},
		{"a control character past the first eight bytes", "\"abcdefghij\x1f\"", ErrSyntax},
		{"an unknown escape", `"\x41"`, ErrSyntax},
		{"an escape cut short", `"\u00"`, ErrSyntax},
		{"an escape with a sign", `"\u+041"`, ErrSyntax},
		{"a leading zero", `01`, ErrSyntax},
		{"a leading zero after minus", `-01`, ErrSyntax},
		{"a leading plus", `+1`, ErrSyntax},
		{"minus alone", `-`, ErrSyntax},
		{"no digit before the point", `.5`, ErrSyntax},
		{"no digit after the point", `1.`, ErrSyntax},
		{"no digit in the exponent", `1e`, ErrSyntax},
		{"a sign without digits in the exponent", `1e+`, ErrSyntax},
		{"a letter before e in the exponent", `1d2`, ErrTrailing},
		{"the character before 0 as a digit", `1/`, ErrTrailing},
		{"the character after 9 as a digit", `1:`, ErrTrailing},
		{"hexadecimal", `0x10`, ErrTrailing},
		{"infinity", `-Infinity`, ErrSyntax},

		{"trailing data", `{} x`, ErrTrailing},
		{"two values", `{}{}`, ErrTrailing},
		{"a trailing NUL", "{}\x00", ErrTrailing},
		{"a literal that goes on", `nullx`, ErrTrailing},

		{"a name twice", `{"a":1,"a":1}`, ErrDuplicate},
		{"a name twice, once escaped", `{"exp":1,"\u0065xp":2}`, ErrDuplicate},
		{"a name twice, both escaped", `{"\u0065xp":1,"e\u0078p":2}`, ErrDuplicate},
		{"a name twice with escapes in the values between", `{"a":"\"a\":","b":{"c":[1,{"d":2}]},"a":1}`, ErrDuplicate},
		{"the empty name twice", `{"":1,"":2}`, ErrDuplicate},
		{"a name twice deep inside", `[[{"x":{"a":1,"b":2,"a":3}}]]`, ErrDuplicate},
		{"a name twice among many", many(200, "nnnnnnn"), ErrDuplicate},
		{"the last of many names twice", many(200, strings.Repeat("n", 200)), ErrDuplicate},
		{"a name twice at the change to a map", many(manyNames, "n"), ErrDuplicate},
		{"a name twice just before the change to a map", many(manyNames-1, "n"), ErrDuplicate},

		{"too deep", nest(DefaultMaxDepth + 1), ErrDepth},
		{"too deep in objects", strings.Repeat(`{"a":`, DefaultMaxDepth+1), ErrDepth},
		{"very deep", strings.Repeat("[", 1<<20), ErrDepth},

		{"a bare continuation byte", "\"\x80\"", ErrUTF8},
		{"an overlong encoding", "\"\xc0\xaf\"", ErrUTF8},
		{"an encoded surrogate", "\"\xed\xa0\x80\"", ErrUTF8},
		{"a code point past the last", "\"\xf4\x90\x80\x80\"", ErrUTF8},
		{"a sequence cut short", "\"\xe2\x82\"", ErrUTF8},
		{"invalid UTF-8 in a name", "{\"\xff\":1}", ErrUTF8},
		{"a lone high surrogate", `"\ud800"`, ErrUTF8},
		{"a high surrogate at the end", `"\ud800`, ErrUTF8},
		{"a high surrogate and a backslash at the end", `"\ud800\`, ErrUTF8},
		{"a lone high surrogate and text", `"\ud800abcdefgh"`, ErrUTF8},
		{"a lone low surrogate", `"\udc00"`, ErrUTF8},
		{"two high surrogates", `"\ud800\ud800"`, ErrUTF8},
		{"surrogates the wrong way round", `"\udc00\ud800"`, ErrUTF8},
		{"a high surrogate, a line feed and the digits of a low one", `"\ud83d\ndc00"`, ErrUTF8},
		{"a high surrogate, a slash and the digits of a low one", `"\ud83d/udc00"`, ErrUTF8},
		{"a high surrogate and another escape", `"\ud800\u0041"`, ErrUTF8},

		{"a number past float64", `1e309`, ErrNumber},
		{"a negative number past float64", `-1e309`, ErrNumber},
		{"a number past float64 without exponent", strings.Repeat("9", 400), ErrNumber},
		{"a number past float64 by an endless exponent", `1e99999999999999999999`, ErrNumber},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := Parse(c.text)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if v.Exists() != (err == nil) {
				t.Errorf("a value exists: %v, though the error is %v", v.Exists(), err)
			}
		})
	}
}

// Each escape of four digits stands for its character, unless that is a surrogate (RFC 8259, section 7).
func TestEscapesOfFourDigits(t *testing.T) {
	for r := range rune(0x10000) {
		for _, format := range []string{`"\u%04x"`, `"\u%04X"`} {
			text := fmt.Sprintf(format, r)
			v, err := Parse(text)
			if utf16.IsSurrogate(r) {
				if !errors.Is(err, ErrUTF8) {
					t.Errorf("%s: got %v, want %v", text, err, ErrUTF8)
				}
			} else if !v.Is(string(r)) {
				t.Errorf("%s: got %s, %v, want %q", text, v.Raw(), err, r)
			}
		}
	}
	for c := range 256 {
		digits := "00" + string([]byte{byte(c)}) + "1"
		want, invalid := strconv.ParseUint(digits, 16, 16)
		v, err := Parse(`"\u` + digits + `"`)
		if (err == nil) != (invalid == nil) || err == nil && !v.Is(string(rune(want))) {
			t.Errorf("the digits %q: got %s, %v", digits, v.Raw(), err)
		}
	}
}

func TestEscapesOfSurrogatePairs(t *testing.T) {
	around := []rune{0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000}
	for _, high := range around {
		for _, low := range around {
			text := fmt.Sprintf(`"\u%04x\u%04x"`, high, low)
			want := string(utf16.DecodeRune(high, low))
			if !utf16.IsSurrogate(high) && !utf16.IsSurrogate(low) {
				want = string([]rune{high, low})
			}
			v, err := Parse(text)
			if want == "\uFFFD" {
				if !errors.Is(err, ErrUTF8) {
					t.Errorf("%s: got %v, want %v", text, err, ErrUTF8)
				}
			} else if !v.Is(want) {
				t.Errorf("%s: got %s, %v, want %q", text, v.Raw(), err, want)
			}
		}
	}
}

// A quote, backslash, control character or non-ASCII byte must be detected at every offset of a word.
func TestPlainStopsAtTheFirstSpecialByte(t *testing.T) {
	for c := range 256 {
		special := c < 0x20 || c >= 0x80 || c == '"' || c == '\\'
		for before := range 20 {
			for _, filler := range []string{"a", " ", "!", "#", "[", "]", "\x7f"} {
				text := strings.Repeat(filler, before) + string([]byte{byte(c)}) + "\"\x00\xff\\!!!!!!!!!!"
				want := before
				if !special {
					want++ // the quote after it
				}
				if got := plain(text, 0); got != want {
					t.Fatalf("byte %#x after %d of %q: stopped at %d, want %d", c, before, filler, got, want)
				}
			}
		}
	}
}

func TestErrorsHoldNoText(t *testing.T) {
	_, err := Parse(`{"secret-name":"secret-value","secret-name":1}`)
	if got, want := err.Error(), "strictjson: a member name occurs twice, at byte 30"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMaxDepth(t *testing.T) {
	d := Document{MaxDepth: 1}
	if _, err := d.Parse(`{"a":1}`); err != nil {
		t.Error(err)
	}
	if _, err := d.Parse(`{"a":[]}`); !errors.Is(err, ErrDepth) {
		t.Errorf("got %v, want %v", err, ErrDepth)
	}
	if _, err := d.Parse(`1`); err != nil {
		t.Error("after a refusal: ", err)
	}
}

func TestDocumentIsReused(t *testing.T) {
	var d Document
	long := `[` + strings.Repeat(`{"name":"value"},`, 1000) + `0]`
	for _, text := range []string{`{"a":1}`, long, `{"a":2}`, `{`, long, `{"a":3}`} {
		v, err := d.Parse(text)
		if text == `{` {
			if err == nil || v.Exists() {
				t.Errorf("%q parses", text)
			}
			continue
		}
		if err != nil || v.Raw() != text {
			t.Errorf("got %q, %v, want %q", v.Raw(), err, text)
		}
	}
	d.Forget()
	if d.text != "" {
		t.Error("the text is still held")
	}
}

const sample = `{"s":"plain","e":"a\u00e9\n\ud83d\ude00","n":12,"t":true,"f":false,"z":null,"a":["x","y",1],` +
	`"o":{"in.ner":{"deep":"v"},"deep":"w"},"o.deep":"whole","\u0065scaped":1,"":"empty",` +
	`"l":["p","q\t"],"none":{},"nil":[]}`

func TestValue(t *testing.T) {
	v, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	text := func(v Value) string { s, _ := v.Text(); return s }

	var names []string
	for name := range v.Members() {
		names = append(names, name)
	}
	want := []string{"s", "e", "n", "t", "f", "z", "a", "o", "o.deep", "escaped", "", "l", "none", "nil"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error("Members (-want +got):\n" + diff)
	}
	var elements []string
	for e := range v.Get("a").Elements() {
		elements = append(elements, e.Raw())
	}
	if diff := cmp.Diff([]string{`"x"`, `"y"`, `1`}, elements); diff != "" {
		t.Error("Elements (-want +got):\n" + diff)
	}
	e, err := Parse(`"\"\\\/\b\f\n\r\t\u0041\u00E9\uffff\uD83D\ude00"`)
	if err != nil || text(e) != "\"\\/\b\f\n\r\tAé\uffff😀" {
		t.Errorf("escapes: got %q, %v", text(e), err)
	}
	for range v.Members() {
		break // must not panic
	}
	for range v.Get("a").Elements() {
		break
	}
	if n := v.Len(); n != len(want) {
		t.Errorf("Len: got %d, want %d", n, len(want))
	}
	if n := v.Get("a").Len(); n != 3 {
		t.Errorf("Len of the array: got %d, want 3", n)
	}
	for path, want := range map[string]string{
		"s":             "plain",
		"e":             "aé\n😀",
		"":              "empty",
		"o.deep":        "whole", // the whole name comes first
		"o.in.ner.deep": "v",     // a name with a dot below another
		"o.in.ner":      "",
		"o.x":           "",
		"oin.ner.deep":  "", // only dots separate names
		"o/in.ner.deep": "",
		"s.x":           "",
		".":             "",
		"o.":            "",
	} {
		if got := text(v.Find(path)); got != want {
			t.Errorf("Find(%q): got %q, want %q", path, got, want)
		}
	}
	if v, err := Parse(`{"a":{"x":1},"a.b":{"c":"found"}}`); err != nil || text(v.Find("a.b.c")) != "found" {
		t.Errorf("a member behind the second dot is not found, %v", err)
	}
	for name, want := range map[string]Kind{
		"s":       String,
		"e":       String,
		"n":       Number,
		"t":       True,
		"f":       False,
		"z":       Null,
		"a":       Array,
		"o":       Object,
		"S":       Missing,
		"escaped": Number, `\u0065scaped`: Missing,
	} {
		if got := v.Get(name).Kind(); got != want {
			t.Errorf("Get(%q): got %v, want %v", name, got, want)
		}
	}
	if raw := v.Get("e").Raw(); raw != `"a\u00e9\n\ud83d\ude00"` {
		t.Errorf("Raw of a string: got %s", raw)
	}
	if raw := v.Get("o").Get("in.ner").Raw(); raw != `{"deep":"v"}` {
		t.Errorf("Raw of an object: got %s", raw)
	}
	if !v.Get("e").Is("aé\n😀") || v.Get("s").Is("plai") || v.Get("n").Is("12") || v.Get("absent").Is("") {
		t.Error("Is")
	}
	if list, ok := v.Get("l").Texts(); !ok || !slices.Equal(list, []string{"p", "q\t"}) {
		t.Errorf("Texts: got %q, %v", list, ok)
	}
	if list, ok := v.Get("nil").Texts(); !ok || len(list) != 0 {
		t.Errorf("Texts of an empty array: got %q, %v", list, ok)
	}
	if list, ok := v.Get("a").Texts(); ok || list != nil {
		t.Errorf("Texts of a mixed array: got %q, %v", list, ok)
	}
	for name, want := range map[string][2]bool{"t": {true, true}, "f": {false, true}, "z": {}, "n": {}, "absent": {}} {
		if b, ok := v.Get(name).Bool(); b != want[0] || ok != want[1] {
			t.Errorf("Bool of %s: got %v, %v, want %v", name, b, ok, want)
		}
	}
}

func TestMissingValueAnswersNothing(t *testing.T) {
	number, err := Parse(`5`)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []Value{{}, number} {
		if v.Get("a").Exists() || v.Find("a.b").Exists() || v.Len() != 0 || v.Is("") || v.Is("5") {
			t.Errorf("%v has members", v.Kind())
		}
		if _, ok := v.Text(); ok {
			t.Errorf("%v is a string", v.Kind())
		}
		if _, ok := v.Texts(); ok {
			t.Errorf("%v is an array", v.Kind())
		}
		for range v.Members() {
			t.Errorf("%v has members", v.Kind())
		}
		for range v.Elements() {
			t.Errorf("%v has elements", v.Kind())
		}
	}
	var none Value
	if _, ok := none.Int64(); ok || none.Raw() != "" || none.Exists() {
		t.Error("the zero value is something")
	}
}

func TestKindsAreNamed(t *testing.T) {
	for k := Missing; k <= Object; k++ {
		if k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}

func TestFloor(t *testing.T) {
	type result struct {
		n         int64
		exact, ok bool
	}
	for _, c := range []struct {
		text string
		want result
	}{
		{`0`, result{0, true, true}},
		{`-0`, result{0, true, true}},
		{`0e999`, result{0, true, true}},
		{`0.000`, result{0, true, true}},
		{`1700000000`, result{1700000000, true, true}},
		{`1700000000.0`, result{1700000000, true, true}},
		{`17e8`, result{1700000000, true, true}},
		{`0.17E+10`, result{1700000000, true, true}},
		{`17000000000e-1`, result{1700000000, true, true}},
		{`1700000000.5`, result{1700000000, false, true}},
		{`1700000000.9999999999999999999`, result{1700000000, false, true}}, // a float64 would round this up
		{`1700000000.00000000000000000001`, result{1700000000, false, true}},
		{`0.1`, result{0, false, true}},
		{`1e-300`, result{0, false, true}},
		{`-1`, result{-1, true, true}},
		{`-0.1`, result{-1, false, true}},
		{`-1.5`, result{-2, false, true}},
		{`-2.0`, result{-2, true, true}},
		{`9007199254740993`, result{9007199254740993, true, true}}, // a float64 has no such number
		{`9223372036854775807`, result{math.MaxInt64, true, true}},
		{`-9223372036854775808`, result{math.MinInt64, true, true}},
		{`9223372036854775807.9`, result{math.MaxInt64, false, true}},
		{`00.1`, result{}},
	} {
		v, _ := Parse(c.text)
		n, exact, ok := v.Floor()
		if got := (result{n, exact, ok}); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.text, got, c.want)
		}
		if n, ok := v.Int64(); ok != (c.want.ok && c.want.exact) || ok && n != c.want.n {
			t.Errorf("Int64 of %s: got %d, %v", c.text, n, ok)
		}
	}
	for _, text := range []string{
		`9223372036854775808`, `-9223372036854775809`, `-9223372036854775808.5`, `1e19`, `1e300`, `99999999999999999999`,
		`"1"`, `null`, `true`, `[1]`,
	} {
		v, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if n, _, ok := v.Floor(); ok {
			t.Errorf("%s: got %d, want none", text, n)
		}
	}
}

func TestAllocations(t *testing.T) {
	var d Document
	if n := testing.AllocsPerRun(100, func() {
		v, err := d.Parse(claims)
		if err != nil || !v.Get("iss").Is("https://issuer.example.com/") {
			t.Fatal(err)
		}
		for name, v := range v.Members() {
			if s, ok := v.Text(); ok && s == name {
				t.Fatal(s)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestNodeSizes(t *testing.T) {
	if got := unsafe.Sizeof(node{}); got != nodeSize {
		t.Errorf("a node has %d bytes, and nodeSize is %d", got, nodeSize)
	}
	if got := unsafe.Sizeof(Document{}); got != documentSize {
		t.Errorf("a Document has %d bytes, and documentSize is %d", got, documentSize)
	}
}
