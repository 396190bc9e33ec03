package rebuild

import (
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// shop is an app with two functions. Both have the price, and one has the table that the app reads, too.
var shop = map[string]string{
	"go.mod":         "module example.com/shop\n\ngo 1.26\n",
	"app/main.go":    "package main\n\nimport _ \"example.com/shop/table\"\n\nfunc main() {}\n",
	"table/table.go": "package table\n",
	"price/price.go": "package price\n\nfunc Of() string { return \"1 EUR\" }\n",
	"orders/main.go": `package main

import (
	_ "embed"
	"example.com/shop/price"
	_ "example.com/shop/table"
)

//go:embed hello.txt
var hello string

func main() { println(hello, price.Of()) }
`,
	"orders/hello.txt": "hello",
	"orders/README.md": "",
	"admin/main.go":    "package main\n\nimport \"example.com/shop/price\"\n\nfunc main() { println(price.Of()) }\n",
	"cdk.json":         "{}",
}

// The first assets have names of their own.
var ordersAsset, adminAsset = strings.Repeat("a1", 32), strings.Repeat("b2", 32)

// newShop writes the module, and an assembly as its app would have made it.
func newShop(t *testing.T) Options {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range shop {
		put(t, filepath.Join(root, name), text)
	}
	scratch := t.TempDir()
	o := Options{
		Record: filepath.Join(scratch, "builds"), Assembly: filepath.Join(scratch, "cdk.out"), Root: root, Scratch: scratch,
		Environ: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off"),
	}
	build := gobundle.Build{Dir: root, Flags: []string{"-buildvcs=false"}, Linker: "-s -w -buildid=",
		Environ: []string{"CGO_ENABLED=0"}}
	app := gobundle.App{Package: "example.com/shop/app", Dir: root}
	for _, f := range []struct{ name, asset, pkg, dir string }{
		{"Shop/Orders", ordersAsset, "example.com/shop/orders", root},
		{"Shop/Admin", adminAsset, ".", filepath.Join(root, "admin")},
	} {
		r := gobundle.Record{Function: f.name, Asset: f.asset, Build: build, App: app}
		r.Build.Package, r.Build.Dir = f.pkg, f.dir
		if err := gobundle.Add(o.Record, r); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(o.Assembly, gobundle.Folder(f.asset), gobundle.Executable), "old")
	}
	put(t, filepath.Join(o.Assembly, gobundle.Folder(ordersAsset), "etc", "routes.json"), "[]")
	put(t, filepath.Join(o.Assembly, gobundle.Folder(ordersAsset), "etc.txt"), "")
	put(
		t,
		filepath.Join(o.Assembly, "Shop.template.json"),
		`{"Orders":"`+ordersAsset+`.zip","Admin":"`+adminAsset+`.zip"}`,
	)
	put(t, filepath.Join(o.Assembly, "nested", "Shop.assets.json"), `["../asset.`+ordersAsset+`"]`)
	return o
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOf(t *testing.T) {
	f, err := Learn(t.Context(), newShop(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, why string
		changed   []string
		failed    string // a function whose last build failed
		want      string // functions, and "app" if it has to run
	}{
		{"a function's own file", "", []string{"orders/main.go"}, "", "Shop/Orders"},
		{"a new file", "go compiles all files of a folder", []string{"orders/more.go"}, "", "Shop/Orders"},
		{"a function of a folder", "whose package is named so", []string{"admin/main.go"}, "", "Shop/Admin"},
		{"an embedded file", "", []string{"orders/hello.txt"}, "", "Shop/Orders"},
		{"a library of both", "", []string{"price/price.go"}, "", "Shop/Orders Shop/Admin"},
		{"files of both", "", []string{"orders/main.go", "admin/main.go"}, "", "Shop/Orders Shop/Admin"},
		{"a library of a function and the app", "new answers first", []string{"table/table.go"}, "", "Shop/Orders app"},
		{"the app's file", "", []string{"app/main.go"}, "", "app"},
		{"files of the app and of a function", "the app builds both", []string{"app/main.go", "orders/main.go"}, "", "app"},
		{"go.mod", "it chooses the modules of all", []string{"go.mod"}, "", "app"},
		{"cdk.json", "", []string{"cdk.json"}, "", "app"},
		{"a file that is not built", "the app may read it", []string{"orders/README.md"}, "", "app"},
		{"a package that no package imports", "the app may run it", []string{"tool/main.go"}, "", "app"},
		{"a folder below a package", "it is another package", []string{"orders/x/x.go"}, "", "app"},
		{"nothing", "", nil, "", ""},
		{"after a failure", "its error was of another file", []string{"admin/main.go"}, "Shop/Orders",
			"Shop/Orders Shop/Admin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.failed = map[string]bool{tt.failed: true}
			got, app := f.Of(tt.changed)
			if app {
				got = append(got, "app")
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	f.failed = nil
	f.records[1].Asset = ordersAsset
	if got, app := f.Of([]string{"orders/main.go"}); got != nil || !app {
		t.Errorf("of two programs in one asset, one is built: %q", got)
	}
	if got, app := (*Functions)(nil).Of([]string{"orders/main.go"}); got != nil || !app {
		t.Errorf("without a record: %q, %v", got, app)
	}
}

// TestBuild builds the functions of an assembly that two edits change, and nothing for an edit that does not compile.
func TestBuild(t *testing.T) {
	o := newShop(t)
	f, err := Learn(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	both := []string{"Shop/Orders", "Shop/Admin"}
	put(t, filepath.Join(o.Root, "price/price.go"), "package price\n")
	template := filepath.Join(o.Assembly, "Shop.template.json")
	before := get(t, template)
	err = f.Build(t.Context(), both)
	if !errors.Is(err, ErrBuild) || !strings.Contains(err.Error(), "undefined: price.Of") {
		t.Errorf("code that does not build: %v", err)
	}
	if got := get(t, template); got != before {
		t.Errorf("the assembly became %s", got)
	}

	err = f.Build(t.Context(), []string{"Shop/Admin"}) // go runs in its folder, and prints "./main.go"
	if !errors.Is(err, ErrBuild) || !strings.Contains(err.Error(), "\nadmin/main.go:5:29: undefined: price.Of") {
		t.Errorf("code that does not build, in a folder: %v", err)
	}

	put(t, filepath.Join(o.Root, "price/price.go"), "package price\n\nfunc Of() string { return \"2 EUR\" }\n")
	if err := f.Build(t.Context(), both); err != nil {
		t.Fatal(err)
	}
	orders, admin := f.records[0].Asset, f.records[1].Asset
	if got, want := get(t, template), `{"Orders":"`+orders+`.zip","Admin":"`+admin+`.zip"}`; got != want ||
		orders == ordersAsset {
		t.Errorf("the template is %s, want %s", got, want)
	}
	if got := get(t, filepath.Join(o.Assembly, "nested", "Shop.assets.json")); got != `["../asset.`+orders+`"]` {
		t.Errorf("the nested assembly has %s", got)
	}
	folder := filepath.Join(o.Assembly, gobundle.Folder(orders))
	if get(t, filepath.Join(folder, "etc", "routes.json")) != "[]" || get(t, filepath.Join(folder, "etc.txt")) != "" {
		t.Error("the other files of the bundle are others")
	}
	executable := get(t, filepath.Join(folder, gobundle.Executable))
	if want := gobundle.AssetHash(gobundle.Fingerprint([]gobundle.File{
		{Name: gobundle.Executable, Mode: 0o755, Digest: sha256.Sum256([]byte(executable))},
		{Name: "etc.txt", Mode: 0o644, Digest: sha256.Sum256(nil)},
		{Name: "etc/routes.json", Mode: 0o644, Digest: sha256.Sum256([]byte("[]"))}, // as gofunction sorts names
	})); orders != want {
		t.Errorf("the asset is %s, and gofunction would call it %s", orders, want)
	}
	out, err := exec.Command(filepath.Join(folder, gobundle.Executable)).CombinedOutput()
	if err != nil || string(out) != "hello 2 EUR\n" {
		t.Errorf("the function says %q, %v", out, err)
	}
	if info, err := os.Stat(filepath.Join(folder, "etc.txt")); err != nil ||
		runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(o.Assembly, gobundle.Folder(ordersAsset))); err != nil {
		t.Errorf("the old bundle, which requests under way still run, is gone: %v", err)
	}
	if got, _ := f.Of([]string{"admin/main.go"}); !slices.Equal(got, []string{"Shop/Admin"}) {
		t.Errorf("%q are built again after they were", got)
	}
	if left, _ := filepath.Glob(filepath.Join(o.Scratch, "build-*")); len(left) > 0 {
		t.Errorf("files left: %q", left)
	}
}

// TestBuildRouter checks that a change of a function's router runs the app, because the app rejects functions that do
// not route as the table does.
func TestBuildRouter(t *testing.T) {
	o := newShop(t)
	put(t, filepath.Join(o.Assembly, gobundle.Folder(adminAsset), gobundle.Executable), routermark.ByResource())
	f, err := Learn(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Build(t.Context(), []string{"Shop/Admin"}); !errors.Is(err, ErrApp) {
		t.Errorf("got %v, want ErrApp", err)
	}
}

// TestLearnNothing checks that an app without recorded functions runs for each change.
func TestLearnNothing(t *testing.T) {
	f, err := Learn(t.Context(), Options{Record: filepath.Join(t.TempDir(), "none")})
	if f != nil || err != nil {
		t.Errorf("got %v, %v", f, err)
	}
	o := newShop(t)
	put(t, filepath.Join(o.Root, "orders/main.go"), "package main\n\nimport _ \"example.com/shop/missing\"\n")
	if f, err := Learn(t.Context(), o); f != nil || !errors.Is(err, ErrBuild) {
		t.Errorf("code with unknown files: %v, %v", f, err)
	}
}
