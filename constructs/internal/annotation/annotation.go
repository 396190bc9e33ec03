// Package annotation adds warnings to constructs, with every release of CDK that Gatehouse supports.
//
// It does not decide what deserves a warning.
package annotation

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go/runtime"
)

// Warn adds a warning that "cdk synth" prints and that --strict turns into an error. The id, such as
// "gatehouse:hostBuild", is what Validations_Of(scope).Acknowledge and Annotations_Of(scope).AcknowledgeWarning take.
//
// It is Annotations.AddWarningV2, called by its name in CDK's engine: the parameter that the engine gained as an
// optional one changed the signature of the Go method, from (id, message) in v2.270.0 to (id, message, options) in
// v2.277.0, and Validations.AddWarning changed likewise. Metadata written by hand would not do, because CDK compares an
// acknowledgement that came before the warning in AddWarningV2 itself.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Annotations.html#addwbrwarningwbrv2id-message-options
func Warn(scope constructs.IConstruct, id, message string) {
	runtime.InvokeVoid(awscdk.Annotations_Of(scope), "addWarningV2", []any{&id, &message})
}
