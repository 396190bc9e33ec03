package snapshot

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

var (
	hashA = strings.Repeat("a", 64)
	hashB = strings.Repeat("b", 64)
)

func TestAssetNames(t *testing.T) {
	for _, tt := range []struct {
		name, manifest string
		want           map[string]string
		err            string
	}{
		{
			"files and images",
			`{"files":{"` + hashA + `":{"displayName":"Orders/Code"}},` +
				`"dockerImages":{"` + hashB + `":{"displayName":"Image"}}}`,
			map[string]string{hashA: "asset Orders/Code", hashB: "asset Image"},
			"",
		},
		{"without a name", `{"files":{"` + hashA + `":{}}}`, map[string]string{hashA: "asset"}, ""},
		{"an ID that is not a hash", `{"files":{"logo":{"displayName":"Logo"}}}`, map[string]string{}, ""},
		{"not JSON", `{`, nil, "Shop.assets.json: unexpected end of JSON input"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "Shop.assets.json")
			writeFile(t, file, tt.manifest)
			got, err := assetNames(file)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
		})
	}
	if names, err := assetNames(filepath.Join(t.TempDir(), "none.json")); len(names) != 0 || err != nil {
		t.Errorf("no manifest: got %v, %v, want no names", names, err)
	}
}

func TestMask(t *testing.T) {
	const version = "FnCurrentVersion0A1B2C3D"
	names := map[string]string{hashA: "asset A"}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"a key", hashA + ".zip", "[asset A].zip"},
		{"within a path", "../asset." + hashA + "/x", "../asset.[asset A]/x"},
		{"twice", hashA + ":" + hashA, "[asset A]:[asset A]"},
		{"another hash", hashB, hashB},
		{"a longer value that begins with the hash", hashA + "a", hashA + "a"},
		{"upper case", strings.ToUpper(hashA), strings.ToUpper(hashA)},
		{
			"nested",
			map[string]any{"a": []any{1, nil, map[string]any{"b": hashA}}},
			map[string]any{"a": []any{1, nil, map[string]any{"b": "[asset A]"}}},
		},
		{
			"a version's logical ID",
			map[string]any{version + hashA[:32]: map[string]any{"Ref": version + hashA[:32]}},
			map[string]any{version + "[version]": map[string]any{"Ref": version + "[version]"}},
		},
		{"a digest without a version's name", hashA[:32], hashA[:32]},
		{"a member's name", map[string]any{hashA: true}, map[string]any{hashA: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mask(tt.got, names)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzRender checks that a golden file parses to the masked template.
func FuzzRender(f *testing.F) {
	for _, s := range []string{`{"S3Key":"` + hashA + `.zip"}`, `[1e400,-0,0.10,"<&>"]`, `"\ud800"`, "{}", "null x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		template, err := parse([]byte(s))
		if err != nil {
			return
		}
		masked := mask(template, map[string]string{hashA: "asset A"})
		data := plainjson.Indent(masked)
		again, err := parse(data)
		if err != nil || !cmp.Equal(masked, again) {
			t.Errorf("%q is written as %q: read as %v, %v, want %v", s, data, again, err, masked)
		}
		if !strings.HasSuffix(string(data), "\n") {
			t.Errorf("got %q, want a newline at the end", data)
		}
	})
}
