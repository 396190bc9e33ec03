package secureapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// TestWarn adds a warning to Shop/Part, with an acknowledgement before or after it. The test is not in the package of
// annotation.Warn, because another test binary with CDK would take seconds to link and to start.
func TestWarn(t *testing.T) {
	const id = "gatehouse:test"
	acknowledgment := &awscdk.Acknowledgment{Id: jsii.String(id), Reason: jsii.String("a test")}
	for _, test := range []struct {
		name          string
		before, after func(stack awscdk.Stack)
		want          []string
	}{
		{name: "no acknowledgement", want: []string{"the text [ack: gatehouse:test]"}},
		{name: "of another warning", want: []string{"the text [ack: gatehouse:test]"}, before: func(stack awscdk.Stack) {
			awscdk.Annotations_Of(stack).AcknowledgeWarning(jsii.String("gatehouse:other"), nil)
		}},
		{name: "annotations, before", before: func(stack awscdk.Stack) {
			awscdk.Annotations_Of(stack).AcknowledgeWarning(jsii.String(id), nil)
		}},
		{name: "annotations, after", after: func(stack awscdk.Stack) {
			awscdk.Annotations_Of(stack).AcknowledgeWarning(jsii.String(id), nil)
		}},
		{name: "validations, before", before: func(stack awscdk.Stack) {
			awscdk.Validations_Of(stack).Acknowledge(acknowledgment)
		}},
		{name: "validations, after", after: func(stack awscdk.Stack) {
			awscdk.Validations_Of(stack).Acknowledge(acknowledgment)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := newStack()
			part := awscdk.NewCfnResource(stack, jsii.String("Part"), &awscdk.CfnResourceProps{Type: jsii.String("A::B::C")})
			if test.before != nil {
				test.before(stack)
			}
			annotation.Warn(part, id, "the text")
			annotation.Warn(part, id, "the text") // said once
			if test.after != nil {
				test.after(stack)
			}
			var got []string
			for _, entry := range *part.Node().Metadata() {
				if *entry.Type == "aws:cdk:warning" {
					got = append(got, entry.Data.(string))
				}
			}
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got the warnings %q, want %q", got, test.want)
			}
		})
	}
}
