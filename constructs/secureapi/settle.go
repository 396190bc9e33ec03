package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// settled fixes the logical id of an API's deployment once the tree is final. CDK's is a hash of all methods, which it
// computes anew wherever the template refers to the deployment, and in the checks of templates: about a sixth of the
// time that an app of many APIs takes to synthesize. The id stays the same.
//
// CDK validates after it has run aspects and resolved references, and before it writes templates.
type settled struct {
	stack      awscdk.Stack
	deployment awsapigateway.CfnDeployment
	computed   *string // the token of CDK's hash
}

var _ constructs.IValidation = (*settled)(nil)

// settle registers the deployment, if there is one.
func (b *builder) settle() {
	if deployment := b.api.RestAPI.LatestDeployment(); deployment != nil {
		resource := deployment.Node().DefaultChild().(awsapigateway.CfnDeployment)
		b.node.AddValidation(&settled{stack: b.stack, deployment: resource})
	}
}

// Validate finds nothing wrong. It is called again by each synthesis of the app, which may be forced after a change, so
// the id is computed each time.
func (s *settled) Validate() *[]*string {
	none := &[]*string{}
	id := s.deployment.LogicalId()
	if s.computed == nil {
		s.computed = overridden(id)
	} else {
		s.override(s.computed)
	}
	if now, ok := s.stack.Resolve(id).(string); ok && s.computed != nil {
		s.override(&now)
	}
	return none
}

// override leaves an id alone that CDK has locked, as that of a resource is that another stack imports.
func (s *settled) override(id *string) {
	defer func() { _ = recover() }()
	s.deployment.OverrideLogicalId(id)
}

// overridden is the text that a logical id is overridden with, whose tokens are not resolved; nil if that is not known.
// The id itself is a token that gives this text.
func overridden(id *string) *string {
	token := awscdk.Tokenization_ReverseCompleteString(id)
	if token == nil {
		return nil
	}
	if text, ok := token.Resolve(&noContext{}).(string); ok {
		return &text
	}
	return nil
}

// noContext is the context of a token that needs none.
type noContext struct{}

var _ awscdk.IResolveContext = (*noContext)(nil)

func (*noContext) RegisterPostProcessor(awscdk.IPostProcessor)              {}
func (*noContext) Resolve(x any, _ *awscdk.ResolveChangeContextOptions) any { return x }
func (*noContext) DocumentPath() *[]*string                                 { return &[]*string{} }
func (*noContext) Preparing() *bool                                         { return jsii.Bool(false) }
func (*noContext) Scope() constructs.IConstruct                             { return nil }
