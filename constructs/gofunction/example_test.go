package gofunction_test

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

func Example() {
	outdir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(outdir)
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(outdir)})
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)

	hello := gofunction.New(stack, "Hello", &gofunction.Props{
		Package:       "./testdata/hello", // Most often an import path: "example.com/shop/hello".
		Files:         map[string][]byte{"greetings.json": []byte(`["hello"]`)},
		Environment:   map[string]string{"LANGUAGE": "en"},
		FunctionProps: &awslambda.FunctionProps{MemorySize: jsii.Number(512)},
	})

	fmt.Println(*hello.Architecture().Name(), *hello.Runtime().Name(), *hello.Timeout().ToHumanString())
	// Output: arm64 provided.al2023 10 seconds
}
