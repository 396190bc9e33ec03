package apimodel

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// Undecided is a resource that access may depend on, and about which parameters without a given value decide something:
// whether it is created, or its properties. The model uses the defaults of these parameters.
type Undecided struct {
	ID
	Type  string
	Lines []string // see [cloudassembly.Evaluator.Undecided]
}

// decidingTypes are the types of resources that access may depend on. Functions are left out, since their code is
// handled elsewhere, and so are types that hold secrets: API keys and identity providers.
var decidingTypes = []string{
	"AWS::ApiGateway::Authorizer", "AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::DomainName",
	"AWS::ApiGateway::GatewayResponse", "AWS::ApiGateway::Method", "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage",
	"AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey", "AWS::ApiGatewayV2::ApiMapping",
	"AWS::ApiGatewayV2::DomainName", routingRuleType, "AWS::CloudFormation::Stack", "AWS::Lambda::Permission",
	"AWS::Lambda::Url",
}

// undecided adds what parameters decide about a resource.
func (b *builder) undecided(s *cloudassembly.Stack, id, kind string) {
	if !slices.Contains(decidingTypes, kind) && !strings.HasPrefix(kind, "AWS::IAM::") {
		return
	}
	if lines := b.evaluator.Undecided(s, id); lines != nil {
		b.model.Undecided = append(b.model.Undecided, Undecided{ID: ID{s.Path, id}, Type: kind, Lines: lines})
	}
}
