package gofunction

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/google/go-cmp/cmp"
)

// Two copies of the source give assemblies with the same files, modes and template.
func TestReproducible(t *testing.T) {
	metadata := map[string]any{ // set by the CDK command line
		"aws:cdk:enable-asset-metadata": true,
		"aws:cdk:enable-path-metadata":  true,
	}
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	var templates [][]byte
	var files []map[string]fs.FileMode
	for _, source := range []string{shop, copyOfShop(t)} {
		outdir := t.TempDir()
		stack := newStackIn(outdir, metadata)
		New(stack, "Orders", &Props{Package: "example.com/shop/orders-fn", Dir: source, Files: map[string][]byte{
			"routes.json": []byte("{}"), "templates/a b.html": []byte("\r\n"), ".hidden": nil,
		}})
		New(stack, "ByDirectory", &Props{Package: filepath.Join(source, "orders-fn")})
		resources(t, stack)
		template, err := os.ReadFile(filepath.Join(outdir, "Shop.template.json"))
		if err != nil {
			t.Fatal(err)
		}
		templates, files = append(templates, template), append(files, assets(t, outdir))
		checkNoPaths(t, outdir, source, outdir, temporary)
	}
	if diff := cmp.Diff(string(templates[0]), string(templates[1])); diff != "" {
		t.Errorf("the templates differ:\n%s", diff)
	}
	if diff := cmp.Diff(files[0], files[1]); diff != "" {
		t.Errorf("the assets differ:\n%s", diff)
	}
	if len(files[0]) != 5 {
		t.Errorf("got %d files, want 4 and 1: %v", len(files[0]), slices.Sorted(maps.Keys(files[0])))
	}
	for name, mode := range files[0] {
		want := fs.FileMode(0o644)
		if strings.HasSuffix(name, "/bootstrap") {
			want = 0o755
		}
		if runtime.GOOS != "windows" && mode != want {
			t.Errorf("%s: got mode %v, want %v", name, mode, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(temporary, "go*")); len(left) > 0 {
		t.Errorf("temporary files: got %q, want none", left)
	}
}

// checkNoPaths checks that the JSON files of an assembly do not contain paths of this machine.
func checkNoPaths(t *testing.T, outdir string, paths ...string) {
	t.Helper()
	described, _ := filepath.Glob(filepath.Join(outdir, "*.json"))
	if len(described) < 3 {
		t.Errorf("got %q, want a template, a manifest and assets", described)
	}
	for _, file := range described {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if bytes.Contains(content, []byte(path)) {
				t.Errorf("%s contains the path %s", filepath.Base(file), path)
			}
		}
	}
}

// The asset hash covers every byte of the bundle. CDK's own hash would be the same for the first two cases.
func TestAssetHash(t *testing.T) {
	stack := newStack(t, nil)
	seen := map[string]string{}
	for _, tt := range []struct {
		name  string
		props Props
	}{
		{"LF", Props{Files: map[string][]byte{"a": []byte("1\n2\n")}}},
		{"CRLF", Props{Files: map[string][]byte{"a": []byte("1\r\n2\r\n")}}},
		{"OtherName", Props{Files: map[string][]byte{"b": []byte("1\n2\n")}}},
		{"NoFile", Props{}},
		{"Tags", Props{Tags: []string{"a", "b"}}},
		{"X86", Props{Architecture: awslambda.Architecture_X86_64()}},
	} {
		tt.props.Package, tt.props.Dir = "example.com/shop/orders-fn", shop
		before := len(assets(t, *awscdk.Stage_Of(stack).AssetOutdir()))
		New(stack, tt.name, &tt.props)
		for name := range assets(t, *awscdk.Stage_Of(stack).AssetOutdir()) {
			if _, ok := seen[name]; !ok {
				seen[name] = tt.name
			}
		}
		if len(seen) == before {
			t.Errorf("%s: got the asset of another function", tt.name)
		}
	}
}

// The directory of an assembly is used again. New replaces an asset that an interrupted synthesis left incomplete.
func TestDamagedAssetIsReplaced(t *testing.T) {
	outdir := t.TempDir()
	props := &Props{Package: "./orders-fn", Dir: shop}
	New(newStackIn(outdir, nil), "Orders", props)
	file, err := filepath.Glob(filepath.Join(outdir, "asset.*", "bootstrap"))
	if err != nil || len(file) != 1 {
		t.Fatal(file, err)
	}
	want, err := os.ReadFile(file[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file[0], 100); err != nil {
		t.Fatal(err)
	}
	New(newStackIn(outdir, nil), "Orders", props)
	if got, err := os.ReadFile(file[0]); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, want %d", len(got), err, len(want))
	}
}

// Two functions of the same bundle share one asset, also after a second synthesis into the same assembly.
func TestAssetIsStagedOnce(t *testing.T) {
	outdir := t.TempDir()
	props := &Props{Package: "./orders-fn", Dir: shop}
	for range 2 {
		stack := newStackIn(outdir, map[string]any{"aws:cdk:enable-asset-metadata": true})
		New(stack, "Orders", props)
		New(stack, "Returns", props)
		found, err := filepath.Glob(filepath.Join(outdir, "asset.*"))
		if err != nil || len(found) != 1 {
			t.Fatalf("assets: got %q, %v, want one", found, err)
		}
		n := 0
		for _, resource := range resources(t, stack) {
			if resource["Type"] != "AWS::Lambda::Function" {
				continue
			}
			n++
			if path := resource["Metadata"].(map[string]any)["aws:asset:path"]; path != filepath.Base(found[0]) {
				t.Errorf("aws:asset:path: got %v, want %s", path, filepath.Base(found[0]))
			}
		}
		if n != 2 {
			t.Errorf("got %d functions, want 2", n)
		}
	}
}

// With --no-staging, CDK does not copy the bundle and refers to its path.
func TestNoStaging(t *testing.T) {
	outdir := t.TempDir()
	context := map[string]any{noStagingContext: true, "aws:cdk:enable-asset-metadata": true}
	props := &Props{Package: "./orders-fn", Dir: shop}
	for range 2 {
		stack := newStackIn(outdir, context)
		New(stack, "Orders", props)
		for _, resource := range resources(t, stack) {
			if resource["Type"] == "AWS::Lambda::Function" {
				path, _ := resource["Metadata"].(map[string]any)["aws:asset:path"].(string)
				if info, err := os.Stat(filepath.Join(path, "bootstrap")); err != nil || info.Size() == 0 {
					t.Errorf("executable in %s: got %v, %v, want a file", path, info, err)
				}
			}
		}
	}
}
