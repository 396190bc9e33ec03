package apimodel

import (
	"regexp"
	"slices"
	"testing"
)

func TestExpression(t *testing.T) {
	for _, tt := range []struct {
		name, expression string
		match, other     []string
	}{
		{"a list", "^(one|two)$", []string{"one", "two"}, []string{"", "on", "one ", "onetwo", "xone", "one|two", "one\n"}},
		{"a word is the whole value", "one", []string{"one"}, []string{"oneone", "xone", "one1"}},
		{"alternatives without a group are whole too", "one|two", []string{"one", "two"}, []string{"onex", "xtwo"}},
		{"an escaped sign", `^(a\+b)$`, []string{"a+b"}, []string{"aab", "ab"}},
		{"everything", ".*", []string{"", "x"}, []string{"a\nb"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := (&Authorizer{Validation: tt.expression}).Expression()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.match {
				if ok, err := e.Match(s); !ok || err != nil {
					t.Errorf("%q does not match", s)
				}
			}
			for _, s := range tt.other {
				if ok, err := e.Match(s); ok || err != nil {
					t.Errorf("%q matches", s)
				}
			}
		})
	}
	for _, bad := range []string{"(", "a)|(b", "(?=x)", "["} {
		if _, err := (&Authorizer{Validation: bad}).Expression(); err == nil {
			t.Errorf("%q: want an error", bad)
		}
	}
	if e, err := (&Authorizer{}).Expression(); e != nil || err != nil {
		t.Errorf("without an expression: got %v, %v", e, err)
	}
}

func TestAudiences(t *testing.T) {
	for _, tt := range []struct {
		expression string
		want       []string
	}{
		{"^(one|two)$", []string{"one", "two"}},
		{"^(one)$", []string{"one"}},
		{"^(?:one|two)$", []string{"one", "two"}},
		{"^one$", []string{"one"}},
		{"one", nil}, // which API Gateway may look for anywhere in aud
		{"^one", nil},
		{"one$", nil},
		{"^one|two$", nil},
		{"^(one$", nil},
		{"^one)$", nil},
		{`^(a\+b|c_d)$`, []string{"a+b", "c_d"}},
		{"", nil},
		{"^()$", nil},
		{"^(one|)$", nil},
		{"^(one|t.o)$", nil},
		{`^(\w+)$`, nil},
		{`\d`, nil},
		{"^(a(b|c))$", nil},
		{"^(a)(b)$", nil},
		{"^.*$", nil},
		{"a+", nil},
		{"^^a$$", nil},
	} {
		if got := (&Authorizer{Validation: tt.expression}).Audiences(); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.expression, got, tt.want)
		}
	}
}

// FuzzAudiences checks that each value of a list matches its expression, so that a token for each value is accepted.
func FuzzAudiences(f *testing.F) {
	for _, seed := range []string{"^(one|two)$", "one", `^(a\+b)$`, "^(?:x)$", "a)|(b", "(?i)a", `\d|\Qx\E`, "^($", "(a",
		"a)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		a := &Authorizer{Validation: expression}
		values := a.Audiences()
		if values == nil {
			return
		}
		e, err := a.Expression()
		if err != nil {
			if _, ours := regexp.Compile(expression); ours != nil {
				return // the expression is invalid, which is another problem
			}
			t.Fatalf("%q: %v", expression, err)
		}
		for _, v := range values {
			if ok, err := e.Match(v); !ok || err != nil {
				t.Errorf("%q lists %q and does not match it", expression, v)
			}
		}
	})
}
