package cli

import (
	"debug/elf"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestDevForeignFunctions serves an assembly that was synthesized for deployment, so its functions cannot run here. No
// line to try may lead to a 501, and the output has a fix.
func TestDevForeignFunctions(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("what a program was built for is not looked into here")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/token")); err != nil {
		t.Fatal(err)
	}
	assets, err := os.ReadFile(filepath.Join(dir, "Orders.assets.json"))
	if err != nil {
		t.Fatal(err)
	}
	header := make([]byte, 64) // an ELF file of a processor that this is not
	copy(header, elf.ELFMAG)
	header[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	header[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	header[elf.EI_VERSION] = byte(elf.EV_CURRENT)
	machine := elf.EM_AARCH64
	if runtime.GOARCH == "arm64" {
		machine = elf.EM_X86_64
	}
	header[16], header[18], header[20], header[52] = byte(elf.ET_EXEC), byte(machine), byte(elf.EV_CURRENT), 64
	for _, name := range regexp.MustCompile(`asset\.[0-9a-f]{64}`).FindAllString(string(assets), -1) {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "bootstrap"), header, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r, _ := start(t, dir, "--assembly", ".", "--env", "ORDERS_TABLE=mine", "--env", "OTHER=mine")
	out := r.stdout.String() + r.stderr.String()
	if !strings.Contains(out, "GATEHOUSE_HOST_BUILD=1 npx cdk synth") || !strings.Contains(out, "differs from AWS: ") {
		t.Errorf("the output does not have the fix:\n%s", out)
	}
	if !strings.Contains(out, "note: --env ORDERS_TABLE has no effect on Orders/Backend") ||
		strings.Contains(out, "--env OTHER") {
		t.Errorf("a variable without effect is not reported, or another one is:\n%s", out)
	}
	if strings.Contains(out, "# 200") || strings.Contains(out, "curl ") {
		t.Errorf("it promises what it does not do:\n%s", out)
	}
	if got := get(t, r.url+"/prod/health").StatusCode; got != 501 {
		t.Errorf("status %d", got)
	}
}
