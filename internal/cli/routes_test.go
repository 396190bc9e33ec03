package cli

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
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

// TestRoutes prints the access matrix of assemblies. Those named by their guard are the example's, as CDK made them, with
// the access tables left of their assets; shop is written by hand, for what the example has not.
func TestRoutes(t *testing.T) {
	for _, name := range []string{"token", "request", "cognito", "iam", "shop"} {
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
			lines := strings.Split(text, "\n")[1:]
			for _, api := range m.APIs {
				for _, r := range api.Routes {
					want := strings.Fields(api.Stack + "/" + api.Name + " " + r.Route)
					if got := strings.Fields(lines[0]); len(got) < len(want) || !cmp.Equal(got[:len(want)], want) || !strings.Contains(lines[0], r.WhoMayCall) {
						t.Errorf("want %s, %s in the line %s", r.Route, r.WhoMayCall, lines[0])
					}
					lines = lines[1:]
				}
			}
		})
	}
}

func TestRoutesOfOneStack(t *testing.T) {
	for _, tt := range []struct {
		name, stack    string
		status         int
		stdout, stderr string
	}{
		{"by its path", "Prod/Partners", 0, "\nProd/Partners/Partners  GET /   ", ""},
		{"by its name", "Prod-Partners", 0, "\nProd/Partners/Partners  GET /   ", ""},
		{"that there is not", "Partners", 1, "", "gatehouse routes: --stack \"Partners\": assembly: no such stack: \"Partners\": the stacks of this assembly are Prod/Partners, Shop\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := call(t, "routes", "--assembly", "testdata/shop", "--stack", tt.stack)
			if status != tt.status || !strings.Contains(stdout, tt.stdout) || strings.Contains(stdout, "Shop/") || stderr != tt.stderr {
				t.Errorf("status %d, want %d\n%s%s", status, tt.status, stdout, stderr)
			}
		})
	}
}

// write makes an assembly of one stack, Shop, of a template.
func write(t testing.TB, template string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"version":"54.0.0","artifacts":{"Shop":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region",
			"properties":{"templateFile":"Shop.template.json"}}}}`,
		"Shop.template.json": template,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRoutesWithoutAPI(t *testing.T) {
	dir := write(t, `{"Resources":{}}`)
	for args, want := range map[string]string{"": "", "--json": "{\n  \"version\": 1,\n  \"apis\": []\n}\n"} {
		status, stdout, stderr := call(t, append([]string{"routes", "--assembly", dir}, strings.Fields(args)...)...)
		if status != succeeded || stdout != want || stderr != "gatehouse routes: note: "+dir+": the assembly has no REST API\n" {
			t.Errorf("%q: status %d: %q, %q", args, status, stdout, stderr)
		}
	}
	if _, _, stderr := call(t, "routes", "--assembly", dir, "--stack", "Shop"); !strings.Contains(stderr, "the stack Shop has no REST API") {
		t.Error(stderr)
	}
}

// TestRoutesThatCannotBeTold: what is known is printed, and the command fails, so that no incomplete matrix is taken for a
// good one.
func TestRoutesThatCannotBeTold(t *testing.T) {
	dir := write(t, `{"Resources":{"Api":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Name":"Api"}},
		"Get":{"Type":"AWS::ApiGateway::Method","Properties":{"RestApiId":{"Ref":"Api"},"ResourceId":{"Fn::GetAtt":["Api","RootResourceId"]},
			"HttpMethod":"GET","AuthorizationType":"MAGIC","Integration":{"Type":"MOCK"}}}}}`)
	status, stdout, stderr := call(t, "routes", "--assembly", dir)
	if status != failed || !strings.Contains(stdout, "unknown") || !strings.Contains(stderr, `the routes are incomplete: access is not known: Shop/Api GET /: AuthorizationType: want NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS, got "MAGIC"`) {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}
