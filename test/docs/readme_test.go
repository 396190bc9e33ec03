package docs

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

const cdkModule = "github.com/aws/aws-cdk-go/awscdk/v2"

// TestTheREADMEsFirstProgram does what a newcomer does: it puts the README's first program into an empty folder and
// runs the commands below it. The program must compile and synthesize, and its API must run on this machine. The
// commands select the oldest CDK that Gatehouse supports. The program must work the same with the newest CDK. If two
// cases have the same modules, the program is built once.
func TestTheREADMEsFirstProgram(t *testing.T) {
	t.Parallel() // other processes do the work
	noteInputs()
	program, commands := readmesProgram(t)
	built := map[string]bool{} // keys are the modules with their versions
	everything := os.Getenv("GATEHOUSE_TEST_ALL") != ""
	for _, tt := range []struct {
		name    string
		before  []string // commands between "go mod init" and the rest
		newest  bool
		version string // the version of CDK; "" for any except the oldest
	}{
		{name: "as printed", version: oldestCDK(t)},
		{
			name:    "its own go.mod requires the oldest",
			version: oldestCDK(t),
			before:  []string{"go mod edit -require " + cdkModule + "@" + oldestCDK(t)},
		},
		{
			name:   "with the newest",
			newest: true,
			before: []string{"go get " + cdkModule +
				"@latest github.com/aws/constructs-go/constructs/v10@latest github.com/aws/jsii-runtime-go@latest"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.newest && !everything {
				t.Skip("compiles another release of CDK, which takes minutes: set GATEHOUSE_TEST_ALL=1")
			}
			c := &consumer{t: t, dir: folder(t, "readme")}
			c.env = append(cleanEnvironment(), "GOWORK=off", "GOFLAGS=", "GONOSUMDB=*", "GOPROXY="+proxyWithoutGatehouse(t),
				"CDK_OUTDIR="+filepath.Join(c.dir, "cdk.out"), cdkapp.HostBuildVariable+"=1")
			if !everything {
				c.env = append(c.env, "CDK_VALIDATION=false") // it only prints findings
			}
			c.write("main.go", program)
			for i, line := range commands {
				if indexOf(commands, "go mod tidy") == i-1 {
					out, err := c.command("go", "list", "-m", "all")
					_, got, _ := strings.Cut(string(out), "\n"+cdkModule+" ")
					if got, _, _ = strings.Cut(got, "\n"); err != nil || tt.version != "" && got != tt.version ||
						tt.newest && got == oldestCDK(t) {
						t.Errorf("CDK %s, %v: want %q", got, err, tt.version)
					}
					if built[string(out)] {
						return
					}
					built[string(out)] = true
				}
				switch {
				case strings.HasPrefix(line, "go tool gatehouse dev"):
					line = "go tool gatehouse help dev" // the API is checked below
				case strings.HasPrefix(line, "npx aws-cdk@"):
					line = "go run ." // the app that cdk.json names
				}
				c.run("sh", "-c", line)
				if strings.HasPrefix(line, "go mod init") {
					root, err := filepath.Abs(repository)
					if err != nil {
						t.Fatal(err)
					}
					c.run("go", "mod", "edit", "-replace", modulePath+"="+root)
					for _, more := range tt.before {
						c.run("sh", "-c", more)
					}
				}
			}
			checkREADMEsAPI(t, filepath.Join(c.dir, "cdk.out"))
		})
	}
}

// readmesProgram returns the README's first Go block and the commands below it.
func readmesProgram(t *testing.T) (program string, commands []string) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```go\n")
	program, rest, closed := strings.Cut(rest, "```\n")
	_, rest, introduced := strings.Cut(rest, "In an empty folder with this as `main.go`:\n\n")
	if !found || !closed || !introduced {
		t.Fatal("the README has no Go block with commands below it")
	}
	for line := range strings.Lines(rest) {
		line, indented := strings.CutPrefix(line, "    ")
		if !indented {
			break
		}
		line, _, _ = strings.Cut(line, " #")
		commands = append(commands, strings.TrimSpace(line))
	}
	if get, tidy := indexOf(commands, "go get "), indexOf(commands, "go mod tidy"); get < 0 || tidy < get {
		t.Errorf("commands %q: go get must come before go mod tidy, which selects the newest modules", commands)
	}
	return program, commands
}

func indexOf(lines []string, start string) int {
	for i, line := range lines {
		if strings.HasPrefix(line, start) {
			return i
		}
	}
	return -1
}

var requiresCDK = regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(cdkModule) + ` (v\S+)`)

// oldestCDK returns the release of CDK that go.mod requires.
func oldestCDK(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	m := requiresCDK.FindSubmatch(mod)
	if m == nil {
		t.Fatal("go.mod does not require CDK")
	}
	return string(m[1])
}

// proxyWithoutGatehouse starts a module proxy that forwards requests to the user's proxy, except those for Gatehouse.
// It does not have Gatehouse, so that the replacement in go.mod is used.
func proxyWithoutGatehouse(t *testing.T) string {
	t.Helper()
	upstream := ""
	for _, proxy := range strings.FieldsFunc(goEnv(t, "GOPROXY"), func(r rune) bool { return r == ',' || r == '|' }) {
		if strings.HasPrefix(proxy, "https://") || strings.HasPrefix(proxy, "http://") {
			upstream = proxy
			break
		}
	}
	target, err := url.Parse(upstream)
	if err != nil || upstream == "" {
		t.Skipf("GOPROXY does not have the address of a module proxy: %v", err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/"+modulePath+"/") ||
			strings.HasPrefix(modulePath, strings.TrimPrefix(strings.Split(r.URL.Path, "/@")[0], "/")) {
			http.NotFound(w, r)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func checkREADMEsAPI(t *testing.T, assembly string) {
	t.Helper()
	template, err := os.ReadFile(filepath.Join(assembly, "Shop.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"AWS::ApiGateway::Authorizer",
		"https://shop.okta.com/oauth2/default",
		`"HttpMethod": "POST"`,
	} {
		if !strings.Contains(string(template), want) {
			t.Errorf("the template does not have %q", want)
		}
	}
	nodepeer.Need(t)
	api := localgateway.Start(t, assembly, localgateway.Options{})
	for _, r := range []call{
		{"/health", "", 200, "[]"},
		{"/orders", "", 401, "Unauthorized"},
		{"/orders", api.Token(localgateway.TokenRequest{}), 403, "not authorized"},
		{"/orders", api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}}), 200, "[]"},
	} {
		r.check(t, api.URL)
	}
}
