// Command gatehouse runs and inspects what a CDK app synthesizes: a cloud assembly with REST APIs of Amazon API
// Gateway.
//
//	gatehouse dev      runs the app's REST APIs on this machine, as API Gateway would
//	gatehouse token    prints a token for development, of an issuer that the assembly's authorizers take
//	gatehouse routes   prints who may call which route, as a table or as JSON
//	gatehouse check    reports holes in the REST APIs of the finished templates
//	gatehouse version  prints which gatehouse this is
//
// "gatehouse help COMMAND" says more about one. It does not deploy anything, and it asks AWS nothing.
//
// It exits with 0; with 1 if a command failed, and says on standard error what and what to do about it; and with 2 if
// it was called wrongly. "gatehouse dev" ends with 0 when it is stopped by Ctrl-C or SIGTERM, or when its terminal is
// closed.
package main

import (
	"os"
	"runtime/debug"

	"github.com/gatehouse-cdk/gatehouse/internal/cli"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// Little is alive in "gatehouse dev", and each request leaves garbage: at the usual rate the collector runs
		// several times a second under load. This costs some 10 MB.
		debug.SetGCPercent(400)
	}
	os.Exit(cli.Main())
}
