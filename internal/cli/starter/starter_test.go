package starter

import (
	"encoding/json"
	"errors"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

const repository = "../../.."

// TestFiles checks the requirements of tools for the files. Another test, where CDK is compiled, checks that they
// compile and that their API answers.
func TestFiles(t *testing.T) {
	files, err := Module{Name: "my-shop"}.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text := string(f.Content)
		if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s has remains of its template:\n%s", f.Name, text)
		}
		for line := range strings.Lines(text) {
			if len(line) > 121 {
				t.Errorf("%s has a line of %d characters: %s", f.Name, len(line)-1, line)
			}
		}
		switch filepath.Ext(f.Name) {
		case ".go":
			if formatted, err := format.Source(f.Content); err != nil || string(formatted) != text {
				t.Errorf("gofmt would change %s (%v)", f.Name, err)
			}
		case ".json":
			if !json.Valid(f.Content) {
				t.Errorf("%s is not JSON:\n%s", f.Name, text)
			}
		}
		// "You should commit this to version control": https://docs.aws.amazon.com/cdk/v2/guide/best-practices.html
		if f.Name == ".gitignore" && strings.Contains(text, "cdk.context.json") {
			t.Errorf("git is to leave out cdk.context.json, so each clone looks up other values:\n%s", text)
		}
		if f.Name == "main.go" && !strings.Contains(text, `newStack(app, "MyShop")`) {
			t.Errorf("the stack is not named after the app:\n%s", text)
		}
	}
}

func TestGoMod(t *testing.T) {
	const begin = "module example.com/shop\n\ngo 1.26.0\n"
	const tool = "\ntool github.com/gatehouse-cdk/gatehouse/cmd/gatehouse\n"
	for _, tt := range []struct {
		name   string
		module Module
		want   string
	}{
		{
			"a release",
			Module{Version: "v0.1.0"},
			begin + "\nrequire github.com/gatehouse-cdk/gatehouse v0.1.0\n" + tool,
		},
		{"no known release: go get finds one", Module{}, begin},
		{
			"a folder, whatever the release",
			Module{Version: "v0.1.0", Replace: "../gatehouse"},
			begin + "\nrequire github.com/gatehouse-cdk/gatehouse v0.0.0\n" + tool +
				"\nreplace github.com/gatehouse-cdk/gatehouse => ../gatehouse\n",
		},
		{
			"a folder with a space is quoted",
			Module{Replace: "/home/ada/my code"},
			begin + "\nrequire github.com/gatehouse-cdk/gatehouse v0.0.0\n" + tool +
				"\nreplace github.com/gatehouse-cdk/gatehouse => \"/home/ada/my code\"\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.module.Name = "shop"
			got, err := tt.module.goMod()
			if err != nil || string(got) != tt.want {
				t.Errorf("got %v\n%s\nwant\n%s", err, got, tt.want)
			}
		})
	}
}

// TestVersions checks that the module has the language version that its requirements need, and that the README names
// the release of npm's aws-cdk that is tested here.
func TestVersions(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := modfile.Parse("go.mod", content, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Go.Version != goVersion || f.Module.Mod.Path != Gatehouse() {
		t.Errorf("Gatehouse is %s with Go %s, new modules require %s and Go %s",
			f.Module.Mod.Path, f.Go.Version, Gatehouse(), goVersion)
	}
	var npm struct{ DevDependencies map[string]string }
	content, err = os.ReadFile(filepath.Join(repository, "package.json"))
	if err == nil {
		err = json.Unmarshal(content, &npm)
	}
	if err != nil || npm.DevDependencies["aws-cdk"] != cdkCommand {
		t.Errorf("package.json has aws-cdk %q (%v), new modules name %s", npm.DevDependencies["aws-cdk"], err, cdkCommand)
	}
}

func TestWrite(t *testing.T) {
	files := []File{{"a.txt", []byte("a")}, {"b/c.txt", []byte("c")}}
	for _, tt := range []struct{ name, file, folder, want string }{
		{name: "an empty folder"},
		{name: "a repository without commits", folder: ".git"},
		{name: "a file", file: "notes.txt", want: "has notes.txt"},
		{name: "a file whose name begins with a dot", file: ".envrc", want: "has .envrc"},
		{name: "a folder", folder: "orders-fn", want: "has orders-fn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.file != "" {
				if err := os.WriteFile(filepath.Join(dir, tt.file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if tt.folder != "" {
				if err := os.Mkdir(filepath.Join(dir, tt.folder), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			err := Write(dir, files)
			if tt.want != "" {
				if !errors.Is(err, ErrNotEmpty) || !strings.HasSuffix(err.Error(), tt.want) {
					t.Errorf("got %v, want an error that ends with %q", err, tt.want)
				}
				if _, err := os.Stat(filepath.Join(dir, "a.txt")); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("it wrote into a folder that is not empty (%v)", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				got, err := os.ReadFile(filepath.Join(dir, f.Name))
				if err != nil || string(got) != string(f.Content) {
					t.Errorf("%s is %q (%v), want %q", f.Name, got, err, f.Content)
				}
			}
		})
	}
}

func TestCheckout(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"gatehouse":   "module " + Gatehouse() + "\n",
		"other":       "module example.com/other\n",
		"shop/nested": "module " + Gatehouse() + "\n",
		"empty":       "",
	} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if content == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name, "go.mod"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	absolute := filepath.Join(dir, "gatehouse")
	for _, tt := range []struct{ name, replace, want, fails string }{
		{"a folder next to it", "../gatehouse", "../gatehouse", ""},
		{"a slash at the end", "../gatehouse/", "../gatehouse", ""},
		{"an absolute folder", absolute, filepath.ToSlash(absolute), ""},
		{"a folder below it, which go.mod marks with a dot", "nested", "./nested", ""},
		{"another module", "../other", "", `has the module "example.com/other", want ` + Gatehouse()},
		{"no module", "../empty", "", "has no go.mod"},
		{"no folder", "../nowhere", "", "has no go.mod"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Checkout(filepath.Join(dir, "shop"), tt.replace)
			if got != tt.want || (err != nil) != (tt.fails != "") {
				t.Fatalf("got %q, %v; want %q, %q", got, err, tt.want, tt.fails)
			}
			if err != nil && (!errors.Is(err, ErrCheckout) || !strings.HasSuffix(err.Error(), tt.fails)) {
				t.Errorf("got %v, want an error that ends with %q", err, tt.fails)
			}
		})
	}
}
