package cli

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run the test with -update if the file is new", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: run the test with -update if this is right (-want +got):\n%s", file, diff)
	}
}

// TestRoutes prints the access matrix of assemblies. Those with the name of a guard are the example's assemblies from
// CDK, with only the access tables of their assets. The assembly session is an app with a login from CDK. The assembly
// shop is handwritten and has features that the example lacks.
func TestRoutes(t *testing.T) {
	for _, name := range []string{"token", "request", "session", "cognito", "jwt", "iam", "shop"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata", name)
			status, text, stderr := call(t, "routes", "--assembly", dir)
			if status != succeeded || stderr != "" {
				t.Fatalf("status %d: %s", status, stderr)
			}
			golden(t, name+".golden.txt", text)
			_, document, _ := call(t, "routes", "--assembly", dir, "--json")
			golden(t, name+".golden.json", document)

			// Both have the same routes in the same order.
			var m struct {
				APIs []struct {
					Stack, Name string
					Routes      []struct{ Route, WhoMayCall string }
				}
			}
			if err := json.Unmarshal([]byte(document), &m); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(text, "\n")
			for i, api := range m.APIs {
				if i > 0 {
					lines = lines[slices.Index(lines, "")+1:]
				}
				for n, r := range api.Routes {
					if want := "  " + r.Route + ": " + r.WhoMayCall; !strings.HasPrefix(lines[n+1], want) {
						t.Errorf("want %s\n got %s", want, lines[n+1])
					}
				}
			}
		})
	}
}

// anywhere is the environment of a stack without an account and a region.
const anywhere = "aws://unknown-account/unknown-region"

// write makes an assembly of one stack, Shop, of a template.
func write(t testing.TB, template string) string {
	t.Helper()
	return writeStack(t, template, anywhere)
}

func writeStack(t testing.TB, template, environment string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"version":"54.0.0","artifacts":{"Shop":{"type":"aws:cloudformation:stack",
			"environment":"` + environment + `","properties":{"templateFile":"Shop.template.json"}}}}`,
		"Shop.template.json": template,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
