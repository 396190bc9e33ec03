package gofunction

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// The record of a build names its asset. Another program that follows the record builds the same executable.
func TestRecord(t *testing.T) {
	outdir, file := t.TempDir(), filepath.Join(t.TempDir(), "record")
	t.Setenv(gobundle.RecordVariable, file)
	synthesize := func(host string) {
		t.Helper()
		t.Setenv(HostBuildVariable, host)
		stack := newStackIn(outdir, nil)
		New(stack, "Orders", &Props{Package: "./orders-fn", Dir: shop, Files: map[string][]byte{"a": nil}})
		resources(t, stack)
	}
	synthesize("")
	if _, err := os.Stat(file); err == nil {
		t.Error("a build for Lambda wrote a record, want records only of builds for this machine")
	}
	synthesize("1")
	records, err := gobundle.Read(file)
	if err != nil || len(records) != 1 {
		t.Fatalf("got %v, %v, want one record", records, err)
	}
	r := records[0]
	built, err := os.ReadFile(filepath.Join(outdir, gobundle.Folder(r.Asset), gobundle.Executable))
	if err != nil || r.Function != "Shop/Orders" || r.App.Package == "" || !filepath.IsAbs(r.App.Dir) {
		t.Fatalf("got the record %+v, %v, want one of Shop/Orders with its asset", r, err)
	}
	again := filepath.Join(t.TempDir(), "again")
	cmd := exec.Command("go", slices.Concat([]string{"build"}, r.Build.Flags,
		[]string{"-ldflags=" + r.Build.Linker, "-o", again, "--", r.Build.Package})...)
	cmd.Dir, cmd.Env = r.Build.Dir, append(os.Environ(), r.Build.Environ...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("recorded build: %v\n%s", err, text)
	}
	if same, err := os.ReadFile(again); err != nil || !bytes.Equal(same, built) {
		t.Errorf("recorded build: got another executable, %v", err)
	}
}
