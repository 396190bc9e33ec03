package gofunction

//lint:file-ignore SA1019 The deprecated properties are named here to refuse them.

import "github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

// deprecated finds a property that CDK keeps for older apps and that contradicts a function with a log group of its
// own. CDK would refuse it too, but with properties that the caller did not set.
func deprecated(f *awslambda.FunctionProps) (field, way string) {
	switch {
	case f.LogRetention != "":
		return "LogRetention", "it makes a custom resource; set Props.LogRetention"
	case f.LogRemovalPolicy != "":
		return "LogRemovalPolicy", "make a log group with this removal policy and set FunctionProps.LogGroup"
	case f.LogFormat != nil:
		return "LogFormat", "set FunctionProps.LoggingFormat"
	}
	return "", ""
}
