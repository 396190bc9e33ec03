package docs

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse-cdk/gatehouse/internal/cli"
)

// gatehouse is the name of the command.
const gatehouse = "gatehouse"

// TestMain runs the command gatehouse if the test binary is called by that name.
func TestMain(m *testing.M) {
	testscript.Main(withScratch{m}, map[string]func(){gatehouse: func() { os.Exit(cli.Main()) }})
}

// withScratch runs the tests with the folder scratch.
type withScratch struct{ m *testing.M }

func (w withScratch) Run() int {
	var err error
	if scratch, err = os.MkdirTemp("", "gatehouse-docs-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(scratch)
	defer func() { program.stop() }()
	return w.m.Run()
}
