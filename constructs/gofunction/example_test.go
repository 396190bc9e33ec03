package gofunction_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

// New builds the function from its source, without Docker.
func ExampleNew() {
	outdir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(outdir)
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(outdir)})
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)

	hello := gofunction.New(stack, "Hello", &gofunction.Props{
		Package:       "./testdata/hello", // usually an import path, such as "example.com/shop/hello"
		Files:         map[string][]byte{"greetings.json": []byte(`["hello"]`)},
		Environment:   map[string]string{"LANGUAGE": "en"},
		FunctionProps: &awslambda.FunctionProps{MemorySize: jsii.Number(512)},
	})

	// New returns CDK's own type, with all its methods.
	hello.AddEnvironment(jsii.String("GREETING"), jsii.String("hi"), nil)
	fmt.Println(*hello.Architecture().Name(), *hello.Runtime().Name(), *hello.Timeout().ToHumanString())
	// Output: arm64 provided.al2023 10 seconds
}

// New panics with an error that names the construct. Use errors.Is to distinguish errors.
func ExampleNew_wrong() {
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Shop"), nil)
	defer func() {
		err := recover().(error)
		fmt.Println(errors.Is(err, gofunction.ErrProps))
		fmt.Println(err)
	}()
	gofunction.New(stack, "Hello", &gofunction.Props{
		Package: "./testdata/hello",
		Files:   map[string][]byte{"../greetings.json": nil},
	})
	// Output:
	// true
	// gofunction: Shop/Hello: invalid properties: Files: "../greetings.json" is not a relative path with slashes inside the bundle, such as "config/routes.json"
}

// Prepare builds functions while CDK's engine starts. Both take seconds.
func ExamplePrepare() {
	wait := gofunction.Prepare("./testdata/hello")
	// Call awscdk.NewApp, and then New, which waits until its function is built.

	wait()
	fmt.Println("built")
	// Output: built
}
