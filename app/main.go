// Command app synthesizes the orders API into a cloud assembly: cdk.out, or the folder that CDK_OUTDIR names.
package main

import (
	"cmp"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

func main() {
	defer jsii.Close()
	out := cmp.Or(os.Getenv("CDK_OUTDIR"), "cdk.out")
	gofunction.Prepare(stack.Packages()...)
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out})
	stack.New(app, "Orders", stack.FromContext(app))
	app.Synth(nil)
	if os.Getenv("CDK_OUTDIR") == "" {
		fmt.Println("synthesized the stack Orders into " + out)
	}
}
