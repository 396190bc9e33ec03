package apimodel

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// Undecided is a resource that access may depend on and of which parameters without a given value decide something:
// whether it is made, or what it is like. The model has what it is by their defaults.
type Undecided struct {
	ID
	Type  string
	Lines []string // see [cloudassembly.Evaluator.Undecided]
}

// deciding are the types whose resources access may depend on, but for functions, whose code is another matter, and for
// those that hold secrets: API keys and identity providers.
var deciding = []string{
	"AWS::ApiGateway::Authorizer", "AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::DomainName",
	"AWS::ApiGateway::GatewayResponse", "AWS::ApiGateway::Method", "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage",
	"AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey", "AWS::CloudFormation::Stack", "AWS::Lambda::Permission",
	"AWS::Lambda::Url",
}

// undecided adds what parameters decide of a resource.
func (b *builder) undecided(s *cloudassembly.Stack, id, kind string) {
	if !slices.Contains(deciding, kind) && !strings.HasPrefix(kind, "AWS::IAM::") {
		return
	}
	if lines := b.evaluator.Undecided(s, id); lines != nil {
		b.model.Undecided = append(b.model.Undecided, Undecided{ID: ID{s.Path, id}, Type: kind, Lines: lines})
	}
}
