package gobundle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFolder checks that the folder has the name with which CDK finds an existing asset.
func TestFolder(t *testing.T) {
	// echo -n abc | sha256sum
	want := "asset.ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got := Folder(AssetHash("abc")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRecords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "record")
	if got, err := Read(file); err != nil || got != nil {
		t.Fatalf("without a file: %v, %v", got, err)
	}
	one := Record{Function: "Shop/Orders", Asset: strings.Repeat("0a", 32), Build: Build{
		Dir: "/shop", Package: "example.com/shop/orders", Flags: []string{"-tags", "a,b"}, Linker: "-s -w",
		Environ: []string{"GOOS=x"},
	}, App: App{Package: "example.com/shop/app", Dir: "/shop"}}
	two := one
	two.Function = "Shop/Admin"
	for _, r := range []Record{one, two} {
		if err := Add(file, r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(file)
	if err != nil || len(got) != 2 || got[0].Function != one.Function || got[1].Function != two.Function ||
		!got[0].Build.Same(
			one.Build,
		) || got[0].App.Package != one.App.Package || got[0].App.Dir != one.App.Dir || got[0].Asset != one.Asset {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, change := range map[string]func(*Build){
		"folder":      func(b *Build) { b.Dir = "/other" },
		"package":     func(b *Build) { b.Package = "." },
		"flags":       func(b *Build) { b.Flags = []string{"-tags", "a"} },
		"linker":      func(b *Build) { b.Linker = "" },
		"environment": func(b *Build) { b.Environ = nil },
	} {
		other := one.Build
		other.Flags, other.Environ = slices.Clone(other.Flags), slices.Clone(other.Environ)
		if change(&other); one.Build.Same(other) {
			t.Errorf("another %s makes the same executable", name)
		}
	}
	if err := os.WriteFile(file, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(file); err == nil || !strings.Contains(err.Error(), `line 1 of the build record: asset ""`) {
		t.Errorf("got %v", err)
	}
}

// FuzzParse checks for all contents of the file that the name of an asset does not lead to another folder.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"function":"Shop/Orders","asset":"` + strings.Repeat("ab", 32) + `"}` + "\n"))
	f.Add([]byte(`{"asset":"../../etc"}`))
	f.Add([]byte("\n"))
	f.Add([]byte(`{"asset":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		records, err := parse(text)
		if err != nil && records != nil {
			t.Errorf("records besides an error: %v", records)
		}
		for _, r := range records {
			if name := Folder(r.Asset); filepath.Base(name) != name || len(name) != len("asset.")+64 {
				t.Errorf("the folder %q", name)
			}
		}
	})
}
