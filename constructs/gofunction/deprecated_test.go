package gofunction

//lint:file-ignore SA1019 These tests set deprecated properties, which New refuses.

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

func TestDeprecatedProps(t *testing.T) {
	for _, tt := range []struct {
		props awslambda.FunctionProps
		want  string
	}{
		{
			awslambda.FunctionProps{LogRetention: awslogs.RetentionDays_ONE_DAY},
			"FunctionProps.LogRetention is set: it makes a custom resource; set Props.LogRetention",
		},
		{
			awslambda.FunctionProps{LogRemovalPolicy: awscdk.RemovalPolicy_DESTROY},
			"FunctionProps.LogRemovalPolicy is set: make a log group",
		},
		{
			awslambda.FunctionProps{LogFormat: jsii.String("JSON")},
			"FunctionProps.LogFormat is set: set FunctionProps.LoggingFormat",
		},
	} {
		err := (&Props{Package: "a", FunctionProps: &tt.props}).check()
		if !errors.Is(err, ErrProps) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}
