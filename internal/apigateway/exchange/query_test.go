package exchange

import "testing"

// Line 18, and the recording "invocation-payload-with-params-encoding" of localstack's snapshots.
func TestQuery(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		want      Headers
	}{
		{
			"recorded on AWS",
			"dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com&plus=test+alias@gmail.com" +
				"&url=https://www.google.com/&whitespace=foo%20bar",
			Headers{
				{Name: "dateTimeOffset", Value: "2023-06-12T18:05:10.123456 00:00"},
				{Name: "email", Value: "test+alias@gmail.com"},
				{Name: "plus", Value: "test alias@gmail.com"},
				{Name: "url", Value: "https://www.google.com/"},
				{Name: "whitespace", Value: "foo bar"},
			},
		},
		{"nothing", "", nil},
		{"nothing between separators", "&&;", nil},
		{"no value", "a&b=&=c", Headers{{Name: "a"}, {Name: "b"}, {Value: "c"}}},
		{"equals sign in the value", "a=b=c", Headers{{Name: "a", Value: "b=c"}}},
		{"names are decoded too", "a%5B%5D=1", Headers{{Name: "a[]", Value: "1"}}},
		{"no escape", "a=%zz%4&b=%", Headers{{Name: "a", Value: "%zz%4"}, {Name: "b", Value: "%"}}},
		{"a semicolon splits", "a=1;b=2", Headers{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
		{"lower-case digits", "a=%c3%a9", Headers{{Name: "a", Value: "é"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := AppendQuery(nil, c.raw)
			if len(got) != len(c.want) {
				t.Fatalf("want %q, got %q", c.want, got)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("want %q, got %q", c.want[i], got[i])
				}
			}
		})
	}
}

// The last of duplicate parameters is used. Names are case-sensitive. Contract line 18.
func TestQueryValue(t *testing.T) {
	for _, c := range []struct {
		raw, name, want string
		ok              bool
	}{
		{"a=1&a=2", "a", "2", true},
		{"a=1&A=2", "a", "1", true},
		{"a", "a", "", true},
		{"b=1", "a", "", false},
		{"%61=1", "a", "1", true},
		{"a=%ff", "a", "\uFFFD", true},
	} {
		if got, ok := QueryValue(c.raw, c.name); got != c.want || ok != c.ok {
			t.Errorf("%q: want %q, %t, got %q, %t", c.raw, c.want, c.ok, got, ok)
		}
	}
}

func TestMediaType(t *testing.T) {
	for header, want := range map[string]string{
		"":                                 "application/json",
		" ":                                "application/json",
		"Text/HTML; charset=utf-8":         "text/html",
		"image/webp,image/*;q=0.8":         "image/webp",
		"application/json;v=1, text/plain": "application/json",
		"*/*":                              "*/*",
	} {
		if got := MediaType(header); got != want {
			t.Errorf("%q: want %q, got %q", header, want, got)
		}
	}
}

func TestFirst(t *testing.T) {
	h := Headers{{Name: "a", Value: "1"}, {Name: "A", Value: "2"}}
	if h.First("A") != "1" || h.Get("a") != "2" || h.First("b") != "" {
		t.Errorf("got %q, %q, %q", h.First("A"), h.Get("a"), h.First("b"))
	}
}
