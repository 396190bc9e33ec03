package rebuild

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// TestSourceOf finds the folder that an asset is a copy of, and takes none that may be another.
func TestSourceOf(t *testing.T) {
	asset := map[string]string{"index.js": "exports.handler", "lib/price.js": "1 EUR", "node_modules/x/index.js": "x"}
	for _, tt := range []struct {
		name, why string
		files     map[string]string // besides the source
		asset     map[string]string // further files of the asset
		want      string
	}{
		{name: "the source", want: "fns/hello"},
		{
			name: "a folder with another text", why: "it is another function's",
			files: map[string]string{"fns/other/index.js": "exports.other", "fns/other/lib/price.js": "1 EUR"},
			want:  "fns/hello",
		},
		{
			name: "a copy of it", why: "a change of one may be none of the function's",
			files: map[string]string{"copy/index.js": "exports.handler", "copy/lib/price.js": "1 EUR",
				"copy/node_modules/x/index.js": "x"},
		},
		{name: "a file that the asset lacks", why: "the app excludes it", files: map[string]string{"fns/hello/.env": "x"}},
		{name: "a file that the source lacks", why: "a bundler made it", asset: map[string]string{"bundle.js": ""}},
		{
			name: "what Python leaves behind", why: "it is no source",
			files: map[string]string{"fns/hello/__pycache__/a.pyc": ""}, asset: map[string]string{"__pycache__/b.pyc": ""},
			want: "fns/hello",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, copied := t.TempDir(), filepath.Join(t.TempDir(), gobundle.Folder(ordersAsset))
			for name, text := range asset {
				put(t, filepath.Join(root, "fns/hello", name), text)
				put(t, filepath.Join(copied, name), text)
			}
			for name, text := range tt.files {
				put(t, filepath.Join(root, name), text)
			}
			for name, text := range tt.asset {
				put(t, filepath.Join(copied, name), text)
			}
			if got, found := SourceOf(root, copied); got != tt.want || found != (tt.want != "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("a link", func(t *testing.T) {
		root, copied := t.TempDir(), t.TempDir()
		put(t, filepath.Join(root, "fn/index.js"), "")
		put(t, filepath.Join(copied, "index.js"), "")
		if err := os.Symlink("index.js", filepath.Join(copied, "other.js")); err != nil {
			t.Skip(err)
		}
		if got, found := SourceOf(root, copied); found {
			t.Errorf("got %q, although the target of the link is not known", got)
		}
	})
}

// TestFolder checks that a function that is a folder is copied again, with built functions besides, and without an app
// in Go.
func TestFolder(t *testing.T) {
	o := newShop(t)
	source := filepath.Join(o.Root, "hello")
	asset := strings.Repeat("c3", 32)
	copied := filepath.Join(o.Assembly, gobundle.Folder(asset))
	for _, dir := range []string{source, copied} {
		put(t, filepath.Join(dir, "index.js"), "one")
	}
	template := filepath.Join(o.Assembly, "Shop.template.json")
	put(t, template, get(t, template)+` "`+asset+`.zip"`)
	o.Folders = []Folder{{Function: "Shop/Hello", Path: copied}, {Function: "Shop/Odd", Path: source}}
	for _, record := range []string{o.Record, filepath.Join(o.Scratch, "none")} {
		o.Record = record
		f, err := Learn(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		functions, app := f.Of([]string{"hello/index.js", "hello/more.js"})
		if strings.Join(functions, " ") != "Shop/Hello" || app {
			t.Fatalf("got %q, %v", functions, app)
		}
		if functions, app := f.Of([]string{"hello.js"}); functions != nil || !app {
			t.Errorf("a file next to the folder: %q, %v", functions, app)
		}
		text := "two of " + filepath.Base(record)
		put(t, filepath.Join(source, "index.js"), text)
		if err := f.Build(t.Context(), functions); err != nil {
			t.Fatal(err)
		}
		f.Again(t.Context())
		is := f.records[len(f.records)-1].Asset
		if !strings.Contains(get(t, template), `"`+is+`.zip"`) || is == asset {
			t.Errorf("the template does not name %s: %s", is, get(t, template))
		}
		o.Folders[0].Path = filepath.Join(o.Assembly, gobundle.Folder(is))
		if got := get(t, filepath.Join(o.Folders[0].Path, "index.js")); got != text {
			t.Errorf("the function has %q", got)
		}
	}
}
