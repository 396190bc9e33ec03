// Package program has the code that the measured programs share: how they run, and the constructs that both sides use.
package program

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
)

// Main is the main function of a program with Gatehouse. It prints the words, or prepares the functions and
// synthesizes.
func Main(words func(shape.Shape) shape.Words, prepare func(shape.Shape), build func(awscdk.App, shape.Shape)) {
	var spec shape.Shape
	spec.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	print := flag.Bool("words", false, "only print what the L2 program needs to write the same template")
	flag.Parse()
	if *print {
		Exit(json.NewEncoder(os.Stdout).Encode(words(spec)))
	}
	if *out == "" {
		Exit(errors.New("-out is missing"))
	}
	prepare(spec)
	Synthesize(spec, *out, func(app awscdk.App) { build(app, spec) })
}

// Synthesize synthesizes an app of a shape into a folder. Then it prints the time, in milliseconds, and the peak
// resident memory of this process and of its largest child, in megabytes.
func Synthesize(spec shape.Shape, out string, build func(app awscdk.App)) {
	start := time.Now()
	props := &awscdk.AppProps{Outdir: &out}
	if spec.Many() {
		// Turn off CDK's limit of 500 resources per stack. An API of 300 routes with CORS exceeds it.
		// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
		props.Context = &map[string]any{"@aws-cdk/core:stackResourceLimit": 0}
	}
	app := awscdk.NewApp(props)
	build(app)
	app.Synth(nil)
	took := time.Since(start).Seconds() * 1000
	jsii.Close() // waits for CDK's engine
	self, child := peaks()
	fmt.Println(took, self, child)
}

func peaks() (self, child float64) {
	peak := func(who int) float64 {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			panic(err)
		}
		return float64(usage.Maxrss) / 1024 // kilobytes, on Linux
	}
	return peak(syscall.RUSAGE_SELF), peak(syscall.RUSAGE_CHILDREN)
}

// Exit ends the program. If err is not nil, it prints err and the exit status is 1.
func Exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// NewInline makes a function whose code is in the template.
func NewInline(scope constructs.Construct, id string, environment *map[string]*string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime:     awslambda.Runtime_NODEJS_22_X(),
		Handler:     jsii.String("index.handler"),
		Code:        awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
		Environment: environment,
	})
}

// NewPool makes a user pool.
func NewPool(scope constructs.Construct) awscognito.UserPool {
	return awscognito.NewUserPool(scope, jsii.String("Pool"), &awscognito.UserPoolProps{
		SelfSignUpEnabled: jsii.Bool(false),
	})
}
