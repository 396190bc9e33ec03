// Package startup says, before an app's first call of CDK, what would make that call fail or wait without end: jsii's
// cache folder cannot be written to. A package that synthesizes imports it for that effect.
//
// It does not end the process: a program may import constructs and not synthesize.
package startup

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// An app calls awscdk.NewApp before anything of Gatehouse's, and only init comes before that.
func init() { warn(os.Stderr, os.Getenv) }

func warn(to io.Writer, getenv func(string) string) {
	if err := jsiienv.CheckCache(getenv, runtime.GOOS); err != nil {
		fmt.Fprintf(to, "gatehouse: %v\n", err)
	}
}
