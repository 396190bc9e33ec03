package routermark_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// An executable that imports the package and makes no Mux is left without the mark by the linker; one that makes a Mux
// has it. Each is built without symbols, as a function for this machine is.
func TestMarkIsInWhatMakesAMux(t *testing.T) {
	for name, want := range map[string]bool{"mux": true, "servemux": false} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			cmd := exec.Command("go", "build", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags=-s -w -buildid=",
				"-o", out, "./testdata/"+name)
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			executable, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if got := routermark.In(executable); got != want {
				t.Errorf("mark in the executable: %v, want %v", got, want)
			}
		})
	}
}
