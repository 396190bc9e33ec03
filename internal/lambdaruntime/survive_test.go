package lambdaruntime

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// beTheGateway runs in another process of this test. It is a gateway that invokes a function, reports this to the gate,
// and can be killed.
func beTheGateway() {
	p := New(Options{Log: func(l LogLine) { fmt.Fprintf(os.Stderr, "%+v\n", l) }})
	if os.Getenv("TEST_WITHOUT_WATCHDOG") != "" {
		p.watchdog.close()
	}
	for _, handler := range []string{"leak", "slow"} {
		err := p.Replace(
			Spec{Name: handler, Handler: handler, Runtime: "provided.al2023", Dir: os.Getenv("TEST_GATEWAY"), Timeout: patience,
				Env: map[string]string{"GATE": os.Getenv("GATE")}},
		)
		if err != nil {
			panic(err)
		}
	}
	if os.Getenv("TEST_WITHOUT_WATCHDOG") == "" {
		if _, err := p.Invoke(context.Background(), "leak", nil, InvokeOptions{}); err != nil {
			panic(err)
		}
	}
	p.Invoke(context.Background(), "slow", nil, InvokeOptions{}) // never comes back
}

// TestNothingSurvivesTheGateway kills a gateway with an idle process, its descendant, and a process at work.
func TestNothingSurvivesTheGateway(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process without a process group may survive there")
	}
	// Do not use SIGINT: Go ignores it if the parent ignores it, as a shell does for a background job.
	for _, signal := range []os.Signal{os.Kill, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			g := newGate(t)
			gateway := startGateway(t, g)
			all := []visitor{g.wait(t), g.wait(t), g.wait(t)} // the two of leak, and slow
			if err := gateway.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			gateway.Wait()
			for _, v := range all {
				v.gone(t)
			}
		})
	}
}

// TestTheKernelAlone is about Linux without the watchdog, such as in an image without a shell.
func TestTheKernelAlone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has PR_SET_PDEATHSIG")
	}
	g := newGate(t)
	gateway := startGateway(t, g, "TEST_WITHOUT_WATCHDOG=1")
	slow := g.wait(t)
	if err := gateway.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gateway.Wait()
	slow.gone(t)
}

func startGateway(t *testing.T, g *gate, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(
		append(os.Environ(), "TEST_GATEWAY="+filepath.Join(built, "faults"), "GATE="+g.listener.Addr().String()),
		env...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestNothingSurvivesClose(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{})
	for _, handler := range []string{"leak", "slow"} {
		s := fault(handler)
		s.Env = g.env()
		add(t, p, s)
	}
	answered(t, p, "leak", "")
	all := []visitor{g.wait(t), g.wait(t)}
	failed := make(chan error, 1)
	go func() {
		_, err := p.Invoke(context.Background(), "slow", nil, InvokeOptions{})
		failed <- err
	}()
	all = append(all, g.wait(t))
	p.Close()
	for _, v := range all {
		v.gone(t)
	}
	if err := <-failed; err != ErrClosed {
		t.Errorf("the invocation under way got %v, want %v", err, ErrClosed)
	}
	if _, err := p.Invoke(context.Background(), "leak", nil, InvokeOptions{}); err != ErrClosed {
		t.Errorf("an invocation after Close got %v, want %v", err, ErrClosed)
	}
	if err := p.Replace(fault("pid")); err != ErrClosed {
		t.Errorf("Replace after Close: %v, want %v", err, ErrClosed)
	}
}
