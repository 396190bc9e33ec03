// Package start runs an authorizer as a Lambda function. Its main packages differ only in what they link.
package start

import (
	"context"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaio"
)

// Authorizer runs the authorizer that the environment and the bundle describe. It does not return.
func Authorizer() {
	log.SetFlags(0) // the lines of the Lambda runtime are JSON without a prefix
	authorizer, err := authz.FromLambda(os.Getenv, authz.Options{})
	if err != nil {
		log.Fatal(err)
	}
	lambdaio.SendAnswersAtOnce(os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	lambda.Start(&function{Authorizer: authorizer})
}

// function is the authorizer in a process that is tuned for Lambda.
type function struct {
	*authz.Authorizer

	events atomic.Int64
}

// Invoke tunes the process at the second event. The first event waits for keys, and there is work for two threads. From
// then on there is one event at a time, and a second thread only costs switching. docs/authorizer.md has the figures.
func (f *function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if f.events.Add(1) == 2 {
		if lambdacontext.MaxConcurrency() == 1 {
			runtime.GOMAXPROCS(1)
		}
		debug.SetGCPercent(50) // there is little live memory, so collections are short and the peak remains low
	}
	return f.Authorizer.Invoke(ctx, payload)
}
