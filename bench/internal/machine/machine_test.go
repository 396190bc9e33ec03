package machine

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestParse parses the line of a process whose name looks like fields.
func TestParse(t *testing.T) {
	const line = "7 (a) S 1 (b) R 42 7 7 0 -1 4194304 100 200 0 0 11 22 33 44 20 0 5 " +
		"0 98765 1000 200 18446744073709551615\n"
	got, ok := parse(7, []byte(line))
	want := Process{
		Identity: Identity{PID: 7, Start: 98765}, Parent: 42, Threads: 5,
		Own: 330 * time.Millisecond, Children: 770 * time.Millisecond,
	}
	if !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	if got, ok := parse(7, []byte(strings.Replace(line, "R 42", "Z 42", 1))); !ok || !got.Ended {
		t.Errorf("a zombie: got %+v, %v", got, ok)
	}
	if got, ok := parse(7, []byte("7 (a) S 1")); ok {
		t.Errorf("a truncated line: got %+v", got)
	}
}

// TestProcesses finds a child of this process, and no longer finds it after it has ended.
func TestProcesses(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /proc")
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, p := range Processes() {
		found = found || p.PID == child.Process.Pid && p.Parent == os.Getpid() && !p.Ended
	}
	if !found {
		t.Error("the child is not among the processes")
	}
	if kb, err := Status(os.Getpid(), "VmRSS"); err != nil || kb < 1000 {
		t.Errorf("VmRSS is %g, %v", kb, err)
	}
	if n, err := Status(os.Getpid(), "None"); err == nil {
		t.Errorf("a field that does not exist is %g", n)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if p, ok := ReadProcess(child.Process.Pid); ok {
		t.Errorf("the child has ended, and is found: %+v", p)
	}
	if Load() == "unknown" || !strings.Contains(Line(), "load "+Load()[:1]) {
		t.Errorf("the load is %s, and the line %q", Load(), Line())
	}
}
