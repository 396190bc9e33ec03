package login

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The page is the same for every request, because API Gateway replaces nothing in it.
func TestPage(t *testing.T) {
	got := Page([]*Login{loginOf(nil)})
	if strings.ContainsAny(got, "$#") || strings.Contains(got, "<script") {
		t.Error("the page has a variable, a directive or a script")
	}
	const golden = "testdata/page.html"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got != string(want) {
		t.Errorf("the page is not %s (%v): go test ./internal/plan/login -update", golden, err)
	}
}

func TestLinksOfThePage(t *testing.T) {
	const main = `<p><a href="/auth/login?return=/">Log in`
	const staff = `<p><a href="/shop/staff/login?return=/">Log in at /staff</a></p>`
	off := func(l *Login) { l.NoPage = true }
	second := loginOf(func(l *Login) { l.Path, l.BasePath, l.Cookie = "/staff", "/shop", "__Host-staff" })
	got := Page([]*Login{loginOf(nil), second})
	if !strings.Contains(got, main+" at /auth</a></p>") || !strings.Contains(got, staff) {
		t.Error(got)
	}
	if got := Page([]*Login{loginOf(off), second}); strings.Contains(got, main) || !strings.Contains(got, staff) {
		t.Error(got)
	}
	if got := Page([]*Login{loginOf(off)}); got != "" {
		t.Error(got)
	}
}
