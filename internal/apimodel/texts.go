package apimodel

import (
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// Text is a resource that access may depend on, but that is only compared as a text.
type Text struct {
	ID
	Type    string
	Grants  bool   // it decides who gets the credentials of a role
	Written string // the properties in the form of [cloudassembly.Written]
}

// textTypes are the types of such resources, with true for those that decide who gets the credentials of a role.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-mode.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-vpc-endpoint-policies.html,
// https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html,
// https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html,
// https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html and
// https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
var textTypes = map[string]bool{
	"AWS::ApiGateway::BasePathMappingV2":       false,
	"AWS::ApiGateway::DomainNameV2":            false,
	"AWS::ApiGatewayV2::RoutingRule":           false,
	"AWS::Cognito::IdentityPool":               true,
	"AWS::Cognito::IdentityPoolRoleAttachment": true,
	"AWS::EC2::VPCEndpoint":                    false,
	"AWS::EKS::PodIdentityAssociation":         true,
	"AWS::IAM::OIDCProvider":                   true,
	"AWS::IAM::SAMLProvider":                   true,
	"AWS::RolesAnywhere::Profile":              true,
	"AWS::SSO::PermissionSet":                  true,
}

func (b *builder) readTexts() {
	for _, kind := range slices.Sorted(maps.Keys(textTypes)) {
		for _, r := range b.byType[kind] {
			if b.rulesRead[r.id] {
				continue
			}
			b.model.Texts = append(b.model.Texts, Text{
				ID: r.id, Type: kind, Grants: textTypes[kind],
				Written: cloudassembly.Written(map[string]any(r.resource.Properties)),
			})
		}
	}
}
