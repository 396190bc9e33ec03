package events

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// TestAppendString escapes every character below U+0080, and those that JSON requires to be escaped (RFC 8259, section
// 7).
func TestAppendString(t *testing.T) {
	var all []byte
	for c := range utf8.RuneSelf {
		all = append(all, byte(c))
	}
	var got string
	if err := json.Unmarshal(appendString(nil, all), &got); err != nil || got != string(all) {
		t.Errorf("want %q, got %q, %v", all, got, err)
	}
	if got, want := string(appendString(
		nil,
		"a\"\\/<\u2028\n\x01\x7F",
	)), `"a\"\\/<`+"\u2028"+`\n\u0001`+"\x7F\""; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

func FuzzText(f *testing.F) {
	f.Add("\xE0\x80\xBF")
	f.Add("a\x00\"\\é")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil || got != exchange.Text(s) ||
			!utf8.ValidString(got) {
			t.Fatalf("want %q, got %q, %v", exchange.Text(s), got, err)
		}
		if utf8.ValidString(s) && got != s {
			t.Fatalf("want %q, got %q", s, got)
		}
	})
}
