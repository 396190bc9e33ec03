// Package program is what the two measured programs have in common: how they run, and the constructs that are the same
// on both sides.
package program

import (
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

// Synthesize makes an app of a shape and writes it into a folder. Then it prints how long that took, in milliseconds,
// and the most memory that this process had resident, and the largest of its children, in megabytes.
func Synthesize(of shape.Shape, out string, build func(app awscdk.App)) {
	start := time.Now()
	props := &awscdk.AppProps{Outdir: &out}
	if of.Many() {
		// It lifts CDK's limit of 500 resources a stack, which an API of 300 routes with CORS is above.
		// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
		props.Context = &map[string]any{"@aws-cdk/core:stackResourceLimit": 0}
	}
	app := awscdk.NewApp(props)
	build(app)
	app.Synth(nil)
	took := time.Since(start).Seconds() * 1000
	jsii.Close() // waits for CDK's engine
	own, child := peaks()
	fmt.Println(took, own, child)
}

func peaks() (own, child float64) {
	of := func(who int) float64 {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			panic(err)
		}
		return float64(usage.Maxrss) / 1024 // kilobytes, on Linux
	}
	return of(syscall.RUSAGE_SELF), of(syscall.RUSAGE_CHILDREN)
}

// Exit ends a program, with its error if there is one.
func Exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// NewInline is a function without a bundle.
func NewInline(scope constructs.Construct, id string, environment *map[string]*string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime:     awslambda.Runtime_NODEJS_22_X(),
		Handler:     jsii.String("index.handler"),
		Code:        awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
		Environment: environment,
	})
}

// NewPool is a user pool.
func NewPool(scope constructs.Construct) awscognito.UserPool {
	return awscognito.NewUserPool(scope, jsii.String("Pool"), &awscognito.UserPoolProps{
		SelfSignUpEnabled: jsii.Bool(false),
	})
}
