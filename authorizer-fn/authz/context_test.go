package authz

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestEscape(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"orders:read", "orders:read"},
		{"https://api.example.com/orders.read", "https://api.example.com/orders.read"},
		{"two words", "two%20words"},
		{"a,b", "a%2Cb"},
		{"100%", "100%25"},
		{"\"\\", "%22%5C"},
		{"\x00\x1f\x7f", "%00%1F%7F"},
		{"Zoë", "Zo%C3%AB"},
		{"\xff", "%FF"},
	} {
		if got := escape(c.in); got != c.want {
			t.Errorf("escape(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestJoin(t *testing.T) {
	long, longer := strings.Repeat("x", 1500), strings.Repeat("y", 3000)
	for _, c := range []struct {
		name string
		in   []string
		want string
	}{
		{"none", nil, ""},
		{"one", []string{"a"}, "a"},
		{"one with a space", []string{"a b"}, "a%20b"},
		{"several", []string{"a", "b c", "d"}, "a b%20c d"},
		{"empty ones", []string{"", "a", "", "b", ""}, "a b"},
		{"the second exceeds the limit", []string{long, long, "z"}, long + " z"},
		{"one that is too long", []string{longer}, ""},
		{"one that is too long among others", []string{"a", longer, "b"}, "a b"},
		{"one that is too long once it is escaped", []string{strings.Repeat(",", 1000)}, ""},
	} {
		if got := join(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestContextSizeLimit(t *testing.T) {
	var names []string
	claims := object{}
	for i := range 10 {
		name := "claim-" + string(rune('a'+i))
		names = append(names, name)
		claims[name] = strings.Repeat("x", 300)
	}
	claims["scope"] = strings.Repeat(", ", 500)
	claims["groups"], claims["roles"] = strings.Repeat(",", 680), strings.Repeat(",", 680)
	f := newFixture(t, func(s *setup) { s.config.ContextClaims = append(names, "last") })
	claims["last"] = "fits"
	answer, err := f.invoke(get(token(claims)))
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	c := readAnswer(t, answer).context
	for name, value := range c {
		size += len(name) + len(value)
	}
	if size > maxContext || size < maxContext-400 || c["last"] != "fits" || c["claim-a"] == "" || c["claim-j"] != "" {
		t.Errorf("got %d bytes in %d values, want at most %d, with claim-a and last and without claim-j",
			size, len(c), maxContext)
	}
}

func TestContextValues(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.config.ContextClaims = []string{"email", "realm.level", "scope"} })
	answer, err := f.invoke(get(token(object{
		"groups": []string{"a b", "c"},
		"roles":  "r",
		"email":  "a@example.com",
		"realm":  object{"level": 3},
	})))
	if err != nil {
		t.Fatal(err)
	}
	a := readAnswer(t, answer)
	want := `{"email":"a@example.com","groups":"a%20b c","issuer":"https://issuer.example.com","realm.level":"3",` +
		`"roles":"r","scope":"orders:read","scopes":"orders:read"}`
	if got, _ := json.Marshal(a.context); string(got) != want || a.principal != "user-1" {
		t.Errorf("got %s for %s\nwant %s for user-1", got, a.principal, want)
	}
}

func TestAppendString(t *testing.T) {
	for _, s := range []string{
		"",
		"plain",
		"\"\\/\b\f\n\r\t\x00\x1f\x7f",
		"é\u2028\U0001F600<>&",
		strings.Repeat("x", 100) + "\"" + strings.Repeat("é", 100),
	} {
		var back string
		if err := json.Unmarshal(appendString(nil, s), &back); err != nil || back != s {
			t.Errorf("appendString(%q), read back: got %q, %v", s, back, err)
		}
	}
	if got := string(appendString([]byte("x"), "a\xffb\xc3")); got != "x\"a\ufffdb\ufffd\"" {
		t.Errorf("invalid UTF-8: got %q, want U+FFFD for each invalid byte", got)
	}
}

func TestEarly(t *testing.T) {
	parent, cancel := context.WithTimeout(context.Background(), time.Hour)
	e := early{Context: parent}
	want, _ := parent.Deadline()
	if got, ok := e.Deadline(); !ok || got != want.Add(-answerMargin) {
		t.Errorf("deadline: got %v, want %v before %v", got, answerMargin, want)
	}
	if err := e.Err(); err != nil {
		t.Errorf("before the deadline: got %v, want no error", err)
	}
	cancel()
	<-e.Done()
	if err := e.Err(); err != context.Canceled {
		t.Errorf("canceled: got %v, want %v", err, context.Canceled)
	}
	e.release()

	e = early{Context: context.Background()}
	if _, ok := e.Deadline(); ok || e.Done() != nil || e.Err() != nil {
		t.Error("parent without a deadline: got a deadline, a channel or an error, want none")
	}
	e.release()

	ended, cancel := context.WithTimeout(context.Background(), answerMargin/2)
	defer cancel()
	e = early{Context: ended}
	if e.Err() != context.DeadlineExceeded || ended.Err() != nil {
		t.Errorf("less than %v left: got %v, parent %v, want only the early context to end",
			answerMargin, e.Err(), ended.Err())
	}
	e.release()
	e = early{Context: parent}
	e.release() // before any call of Done
}
