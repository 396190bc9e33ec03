package routermark_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// An executable that imports the package and makes no Mux is left without the mark by the linker; one that makes a Mux
// has it. Each is built as a function is, without symbols.
func TestMarkIsInWhatMakesAMux(t *testing.T) {
	const module = "github.com/gatehouse-cdk/gatehouse"
	for _, tt := range []struct {
		name, body string
		want       bool
	}{
		{"a Mux", `m := lambdahttp.NewMux(); m.Handle("GET /a", http.NotFoundHandler()); lambdahttp.Start(m)`, true},
		{"a ServeMux", `m := http.NewServeMux(); m.Handle("GET /a", http.NotFoundHandler()); lambdahttp.Start(m)`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// The file lies in the module's tree for its imports, in a folder that the go command's patterns pass over.
			dir, err := os.MkdirTemp(".", "_mark-")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			file, out := filepath.Join(dir, "main.go"), filepath.Join(t.TempDir(), "out")
			text := "package main\n\nimport (\n\t\"net/http\"\n\n\t\"" + module + "/lambdahttp\"\n)\n\nfunc main() { " + tt.body + " }\n"
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags=-s -w -buildid=", "-o", out, file)
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			executable, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if got := routermark.In(executable); got != tt.want {
				t.Errorf("mark in the executable: %v, want %v", got, tt.want)
			}
		})
	}
}
