package publicsuffix

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	original "golang.org/x/net/publicsuffix"
)

// TestCopy compares the list with that of golang.org/x/net. If a new release has a new list, copy table.go and the
// folder data.
func TestCopy(t *testing.T) {
	t.Parallel()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "golang.org/x/net/publicsuffix").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"table.go", "data/children", "data/nodes", "data/text"} {
		want, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not that of golang.org/x/net (%v): copy it", name, err)
		}
	}
}

func TestEffectiveTLDPlusOne(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{
		"shop.example.com",
		"a.b.shop.co.uk",
		"co.uk",
		"shop.github.io",
		"x.y.ck",
		"www.ck",
		"a.city.kawasaki.jp",
		"one",
		"a.unknown",
		"",
		".example.com",
		"example.com.",
		"a..example.com",
		"192.0.2.1",
		"2001:db8::1",
		"2001:db8::192.0.2.1",
		"com",
		"city.kawasaki.jp",
		"kawasaki.jp",
		"a.kawasaki.jp",
		"github.io",
		"a.b.github.io",
		"compute.amazonaws.com",
		"x.compute.amazonaws.com",
	} {
		wantSuffix, wantICANN := original.PublicSuffix(domain)
		if suffix, icann := PublicSuffix(domain); suffix != wantSuffix || icann != wantICANN {
			t.Errorf("%q: got the suffix %q, %v, want %q, %v", domain, suffix, icann, wantSuffix, wantICANN)
		}
		want, wantErr := original.EffectiveTLDPlusOne(domain)
		got, err := EffectiveTLDPlusOne(domain)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: got %q, %v, want %q, %v", domain, got, err, want, wantErr)
		}
	}
}
