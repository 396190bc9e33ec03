// Package process runs built functions for the tests of their main packages. Each function is a process with a Lambda
// Runtime API of its own. Package functest builds the functions.
package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// Start runs a built function with these environment variables until the test ends. It returns the Runtime API that
// invokes the function, and the file that the function's log is written to. The function writes to the file directly,
// so its lines can be read at once.
func Start(t testing.TB, path string, env ...string) (api *authztest.Runtime, log string) {
	t.Helper()
	api, err := authztest.StartRuntime()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Env = append(env, "AWS_LAMBDA_RUNTIME_API="+api.Address())
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		api.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = file.Close()
	})
	return api, file.Name()
}
