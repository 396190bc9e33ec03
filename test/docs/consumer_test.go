package docs

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
)

const modulePath = "github.com/gatehouse-cdk/gatehouse"

// consumer is a module outside this repository. It gets Gatehouse from a module proxy, which is a folder here.
type consumer struct {
	t       *testing.T
	dir     string
	env     []string
	version string // the version of Gatehouse in the proxy
	machine string // the target of its functions, as GOOS/GOARCH
}

// cleanEnvironment returns the environment without the variables for CDK in this process.
func cleanEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "CDK_VALIDATION=") || strings.HasPrefix(v, "CDK_APP_MODE=")
	})
}

// nightly is the environment variable that turns on tests that are too slow for each change. .ci/nightly sets it.
const nightly = "GATEHOUSE_TEST_NIGHTLY"

// TestAConsumersModule synthesizes a module that imports the constructs. The module has its own backend, the included
// authorizer and login, and the trigger of a user pool. It is synthesized in module mode, vendored and with -trimpath.
//
// The module gets the same files as the packages here, so it compiles if they do. Its app is linked in this module. The
// functions that the app builds must depend on the module in whose folder it runs, and not on paths in the executable.
//
// With GATEHOUSE_TEST_ALL, the functions are built for Lambda, for which go compiles all their packages again.
// Otherwise they are built for this machine. At night, the module compiles its app itself in each mode, which compiles
// CDK again for -trimpath.
func TestAConsumersModule(t *testing.T) {
	t.Parallel() // other processes do the work
	if testing.Short() {
		t.Skip("links CDK")
	}
	version := "v0.0.0-" + time.Unix(0, 0).UTC().Format("20060102150405") + "-"
	archive, hash := packModule(t, version)
	version += hash

	everything, night := os.Getenv("GATEHOUSE_TEST_ALL") != "", os.Getenv(nightly) != ""

	make := func(t *testing.T) *consumer {
		c := &consumer{t: t, dir: t.TempDir(), version: version, machine: "linux/arm64"}
		c.env = append(
			cleanEnvironment(),
			"CDK_VALIDATION=false",
			"GOWORK=off",
			"GOFLAGS=-mod=mod",
			"GONOSUMDB=*",
			"GONOSUMCHECK=1",
			"GOSUMDB=off",
			"GOPROXY="+strings.Join(
				[]string{
					fileURL(proxyOf(t, archive, version)),
					fileURL(filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")),
					goEnv(t, "GOPROXY"),
				},
				",",
			),
		)
		if !everything {
			c.env = append(c.env, cdkapp.HostBuildVariable+"=1")
			c.machine = runtime.GOOS + "/" + runtime.GOARCH
		}
		forget(t, version)
		c.write("go.mod", "module example.com/shop\n\ngo 1.26.0\n\nrequire "+modulePath+" "+version+"\n")
		c.write("main.go", consumerApp)
		c.write("orders-fn/main.go", consumerBackend)
		c.write("uses/uses.go", consumerUses)
		c.run("go", "mod", "tidy")
		return c
	}
	here := []string{linkedProgram(t).executable, aConsumer}

	var normal map[string]string
	t.Run("normal", func(t *testing.T) {
		c := make(t)
		c.sameFiles(".", "./uses")
		app := here
		if night {
			c.run("go", "build", "-o", "app.bin", ".")
			c.run("go", "vet", "./uses")
			app = []string{filepath.Join(c.dir, "app.bin")}
		}
		normal = c.synthesize(app...)
		// The main packages for sessions in a table import additional modules. go.sum must have them too.
		readonly := &consumer{t: t, dir: c.dir, env: append(slices.Clone(c.env), "GOFLAGS=-mod=readonly")}
		readonly.run("go", "list", "-deps", "-tags", "lambda.norpc,"+authz.SessionTag+","+authz.TableTag,
			modulePath+"/authorizer-fn/table", modulePath+"/login-fn/table")
		if len(normal) != 4 {
			t.Errorf("%d functions in the assembly, want its own backend, the included authorizer, login and trigger",
				len(normal))
		}
	})
	if !everything {
		t.Log("skipped functions for Lambda and the vendored module: set GATEHOUSE_TEST_ALL=1, as .ci/run does")
		return
	}
	trimmed := here
	t.Run("vendored", func(t *testing.T) {
		c := make(t)
		c.run("go", "mod", "vendor")
		c.env = append(c.env, "GOFLAGS=-mod=vendor")
		c.run("go", "list", "-deps", ".") // finds each package and embedded file in the vendor directory
		if night {
			trimmed = []string{filepath.Join(scratch, "trimmed.bin")}
			c.run("go", "build", "-trimpath", "-o", trimmed[0], ".")
		}
		out := c.fails(trimmed[0], trimmed[1:]...)
		for _, want := range []string{"go get -tool " + modulePath + "/login-fn", "go mod vendor"} {
			if !strings.Contains(out, want) {
				t.Errorf("without the tool line the error does not have %q:\n%s", want, out)
			}
		}
		c.env = append(c.env, "GOFLAGS=-mod=mod")
		c.run("go", "get", "-tool", modulePath+"/authorizer-fn", modulePath+"/login-fn", modulePath+"/pretoken-fn")
		c.run("go", "mod", "vendor")
		c.env = append(c.env, "GOFLAGS=")
		// Go writes the checksums of modules into an executable, and a vendor directory has no checksums. So an authorizer
		// built from a vendor directory has different bytes, which are the same on each build.
		vendored := c.synthesize(trimmed...)
		if vendored["backend"] != normal["backend"] || vendored["authorizer"] == "" || vendored["login"] == "" ||
			vendored["trigger"] == "" {
			t.Errorf("functions %v: want the backend of the normal build, %v, an authorizer, a login and a trigger", vendored,
				normal)
		}
		c.same(vendored, c.synthesize(trimmed...))
	})
	t.Run("with -trimpath", func(t *testing.T) {
		c := make(t)
		c.same(normal, c.synthesize(trimmed...))
	})
}

// sameFiles checks that the packages of Gatehouse that packages of the consumer import have the same files as here.
func (c *consumer) sameFiles(packages ...string) {
	c.t.Helper()
	const format = `{{with .Module}}{{if eq .Path "` + modulePath +
		`"}}{{$.ImportPath}} {{$.GoFiles}} {{$.EmbedFiles}}{{end}}{{end}}`
	files := func(dir string, env []string, args ...string) (lines []string) {
		cmd := exec.Command("go", append([]string{"list", "-deps", "-f", format}, args...)...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			c.t.Fatalf("go list %q: %v\n%s", args, err, exit.Stderr)
		}
		if err != nil {
			c.t.Fatal(err)
		}
		return slices.Sorted(strings.Lines(string(out)))
	}
	got := files(c.dir, c.env, packages...)
	var names []string
	for _, line := range got {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	if want := files(repository, nil, names...); len(got) < 20 || !slices.Equal(got, want) {
		c.t.Errorf("the consumer's packages have the files\n%s\nwant\n%s", got, want)
	}
}

// aConsumer is the name of the consumer's app in the linked program.
const aConsumer = "a consumer"

const consumerApp = `package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	orders := gofunction.New(stack, "Orders", &gofunction.Props{Package: "example.com/shop/orders-fn"})
	secret := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Client"), jsii.String("shop/okta"))
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: &secureapi.Login{
			Issuer:     secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
			ClientID:   "0oa1b2c3",
			ClientAuth: secureapi.ClientSecret(secret),
			Origin:     "https://shop.example.com",
		}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("GET /health", orders, secureapi.Public("probe")),
		},
	})
	cognito.New(stack, "Users", &cognito.Props{
		ResourceServers: []cognito.ResourceServer{{Identifier: "orders", Scopes: []cognito.Scope{{Name: "read"}}}},
		Groups:          []cognito.Group{{Name: "staff", Scopes: []string{"orders/read"}}},
		DomainPrefix:    "shop-example",
	})
	app.Synth(nil)
}
`

const consumerBackend = `package main

import "os"

func main() { os.Stdout.WriteString("a backend of the consumer's own\n") }
`

// consumerUses uses each public package that the app does not import.
const consumerUses = `package uses

import (
	"context"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// Backend is a function's main.
func Backend() error {
	settings, err := cors.FromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	mux := lambdahttp.NewMux()
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		caller, _ := lambdahttp.CallerFrom(r.Context())
		io.WriteString(w, caller.Principal)
	})
	lambdahttp.Start(cors.Handler(mux, settings))
	return nil
}

// Authorizer is an authorizer with a rule of its own.
func Authorizer() (*authz.Authorizer, error) {
	return authz.FromLambda(os.Getenv, authz.Options{Hook: func(_ context.Context, c *authz.Caller) error {
		if c.Principal == "blocked" {
			return authz.ErrDenied
		}
		return nil
	}})
}

// Decision tests the authorizer.
func Decision(t *testing.T) {
	key := authztest.Ed25519("key")
	token := key.Token("EdDSA", authztest.Object{"sub": "ada", "exp": time.Now().Add(time.Hour).Unix()})
	a, err := Authorizer()
	if err != nil {
		t.Fatal(err)
	}
	event := authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+token)
	if _, err := a.Invoke(t.Context(), event); err != nil {
		t.Fatal(err)
	}
}

// Template tests the stack.
func Template(t *testing.T, stack awscdk.Stack) { snapshot.Match(t, stack, "shop") }

// API tests the API over HTTP.
func API(t *testing.T) {
	var last *localgateway.Record
	api := localgateway.Start(t, "cdk.out", localgateway.Options{
		Issuers:    localgateway.DevelopmentIssuers,
		Parameters: map[string]string{"DbName": "orders"},
		Env:        map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"},
		Record:     func(r *localgateway.Record) { last = r },
		Log:        func(l localgateway.LogLine) { t.Log(l.Function, l.Text) },
	})
	token := api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}, Use: localgateway.AccessToken})
	r, err := http.NewRequest("GET", api.URL+"/prod/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 || last.Cache != localgateway.CacheMiss {
		t.Errorf("status %d: %s", answer.StatusCode, last.Reason)
	}
	for _, route := range api.Routes() {
		if route.State != localgateway.RouteServed {
			t.Error(route.Why)
		}
	}
	for _, key := range api.AccessKeys() {
		t.Log(key.ID, key.Principal)
	}
}
`

// unimported are the folders without a package that another module can import.
var unimported = []string{".ci", ".github", "bench", "docs", "examples", "test"}

// packModule makes the module's archive for a proxy, from the working tree. The hash is that of the content, so that a
// version has one content. The archive omits pages and folders that no module imports, because go compiles functions
// again for another version. Their names are only checked.
func packModule(t *testing.T, versionPrefix string) (archive []byte, hash string) {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	var all, packed []modzip.File
	sum := sha256.New()
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			switch d.Name() {
			case ".git", "node_modules", "cdk.out", "bin", "testdata":
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != root {
				return filepath.SkipDir // a nested module
			}
			return nil
		}
		if !d.Type().IsRegular() || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		file := moduleFile{path: filepath.ToSlash(rel), disk: path}
		all = append(all, file)
		top, _, _ := strings.Cut(file.path, "/")
		if slices.Contains(unimported, top) || filepath.Ext(rel) == ".md" {
			return nil
		}
		packed = append(packed, file)
		content, err := os.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n", rel, len(content))
		sum.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := modzip.CheckFiles(all); err != nil {
		t.Fatal(err)
	}
	hash = hex.EncodeToString(sum.Sum(nil))[:12]
	var b bytes.Buffer
	if err := modzip.Create(&b, module.Version{Path: modulePath, Version: versionPrefix + hash}, packed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), hash
}

type moduleFile struct{ path, disk string }

func (f moduleFile) Path() string                 { return f.path }
func (f moduleFile) Lstat() (fs.FileInfo, error)  { return os.Lstat(f.disk) }
func (f moduleFile) Open() (io.ReadCloser, error) { return os.Open(f.disk) }

// proxyOf writes the archive into a folder with the layout of the module proxy protocol.
// Source: https://go.dev/ref/mod#goproxy-protocol
func proxyOf(t *testing.T, archive []byte, version string) string {
	t.Helper()
	dir := t.TempDir()
	versions := filepath.Join(dir, filepath.FromSlash(modulePath), "@v")
	goMod, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": fmt.Appendf(nil, `{"Version":%q,"Time":"1970-01-01T00:00:00Z"}`, version),
		version + ".mod":  goMod,
		version + ".zip":  archive,
	} {
		if err := os.MkdirAll(versions, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(versions, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// forget removes the version from the module cache when the test ends, because no other run uses it.
func forget(t *testing.T, version string) {
	cache := goEnv(t, "GOMODCACHE")
	t.Cleanup(func() {
		extracted := filepath.Join(cache, filepath.FromSlash(modulePath)+"@"+version)
		_ = filepath.WalkDir(extracted, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_ = os.Chmod(path, 0o755)
			}
			return nil
		})
		downloads, _ := filepath.Glob(
			filepath.Join(cache, "cache", "download", filepath.FromSlash(modulePath), "@v", version+".*"),
		)
		for _, path := range append(downloads, extracted) {
			if err := os.RemoveAll(path); err != nil {
				t.Logf("not removed from the module cache: %v", err)
			}
		}
	})
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func fileURL(dir string) string { return "file://" + filepath.ToSlash(dir) }

func (c *consumer) write(name, content string) {
	c.t.Helper()
	path := filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *consumer) command(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	return cmd.CombinedOutput()
}

func (c *consumer) run(name string, args ...string) {
	c.t.Helper()
	if out, err := c.command(name, args...); err != nil {
		c.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func (c *consumer) fails(name string, args ...string) string {
	c.t.Helper()
	out, err := c.command(name, args...)
	if err == nil {
		c.t.Fatalf("%s %s did not fail:\n%s", name, strings.Join(args, " "), out)
	}
	return string(out)
}

// synthesize runs the consumer's app and returns a hash of each function's executable, by the asset's other files.
func (c *consumer) synthesize(app ...string) map[string]string {
	c.t.Helper()
	out := filepath.Join(c.dir, "cdk.out")
	c.env = append(c.env, "CDK_OUTDIR="+out)
	c.run(app[0], app[1:]...)
	template, err := os.ReadFile(filepath.Join(out, "Shop.template.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	if !json.Valid(template) || bytes.Contains(template, []byte(c.dir)) {
		c.t.Errorf("the template is not JSON, or contains the path of its folder:\n%s", template)
	}
	found := map[string]string{}
	executables, _ := filepath.Glob(filepath.Join(out, "asset.*", "bootstrap"))
	for _, path := range executables {
		content, err := os.ReadFile(path)
		if err != nil {
			c.t.Fatal(err)
		}
		kind := "backend"
		if table, err := os.ReadFile(filepath.Join(filepath.Dir(path), "access.json")); err == nil {
			if kind = "authorizer"; !bytes.Contains(table, []byte(`"GET /orders"`)) {
				c.t.Errorf("the authorizer's access table does not have the consumer's route:\n%s", table)
			}
		}
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			c.t.Fatal(err)
		}
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		if got := settings["GOOS"] + "/" + settings["GOARCH"]; got != c.machine {
			c.t.Errorf("%s is for %s, want %s", path, got, c.machine)
		}
		if info.Main.Path == modulePath && info.Main.Version != c.version {
			c.t.Errorf("%s is of Gatehouse %s, want the %s that the module requires", info.Path, info.Main.Version, c.version)
		}
		switch info.Path {
		case modulePath + "/login-fn":
			kind = "login"
		case modulePath + "/pretoken-fn":
			kind = "trigger"
		}
		sum := sha256.Sum256(content)
		found[kind] = hex.EncodeToString(sum[:])
	}
	return found
}

func (c *consumer) same(want, got map[string]string) {
	c.t.Helper()
	if !maps.Equal(want, got) {
		c.t.Errorf("the executables differ from those of the normal build: %v, want %v", got, want)
	}
}
