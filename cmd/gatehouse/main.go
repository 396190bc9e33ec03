// Command gatehouse runs and inspects what a CDK app synthesizes: a cloud assembly with REST APIs of Amazon API
// Gateway.
//
//	gatehouse init     writes a new app into an empty folder
//	gatehouse dev      runs the app's REST APIs on this machine, as API Gateway would
//	gatehouse token    prints a development token of an issuer that the assembly's authorizers accept
//	gatehouse routes   prints who may call which route, as a table or as JSON
//	gatehouse diff     prints who gained and who lost access between two assemblies
//	gatehouse check    reports holes in the REST APIs of the finished templates
//	gatehouse version  prints which gatehouse this is
//
// "gatehouse help COMMAND" describes its flags. The command deploys nothing and calls no AWS service.
//
// The exit status is 0 on success; 1 if a command failed, with the reason and the fix on standard error; 2 if the flags
// or arguments are wrong. "gatehouse dev" exits with 0 when Ctrl-C, SIGTERM or the end of its terminal stops it.
package main

import (
	"os"
	"runtime/debug"

	"github.com/gatehouse-cdk/gatehouse/internal/cli"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// "gatehouse dev" has a small heap and much garbage: at the default rate the collector runs several times a second
		// under load. This costs some 10 MB.
		debug.SetGCPercent(400)
	}
	os.Exit(cli.Main())
}
