package rules

import "fmt"

// The types of VPC links.
const (
	typeVPCLinkV1 = "AWS::ApiGateway::VpcLink"
	typeVPCLinkV2 = "AWS::ApiGatewayV2::VpcLink"
)

// Sources: https://github.com/hashicorp/terraform-provider-aws/issues/45230 ("IntegrationTarget is required for
// VpcLinkV2"), and the description of IntegrationTarget in
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html
var privateIntegration = Rule{
	ID:       "private-integration",
	Severity: Error,
	Why: "API Gateway does not deploy an integration through a VPC link V2 without the load balancer that it calls, nor " +
		"one that names a load balancer for another connection.",
	Looks: "methods of every API whose integration has a VPC link of the app, or an IntegrationTarget",
	WayOut: "write the route with ForwardTo, " +
		"or set IntegrationTarget to the load balancer's ARN beside a VPC link V2 alone",
	check: func(v *view, report reporter) {
		links := map[string]string{} // the types of the app's VPC links, by their IDs
		for _, kind := range []string{typeVPCLinkV1, typeVPCLinkV2} {
			for _, r := range v.byType[kind] {
				if id := r.ref(); id != "" {
					links[id] = kind
				}
			}
		}
		for _, m := range v.methods {
			what := m.misconnected(links)
			if what == "" {
				continue
			}
			f := Finding{Message: fmt.Sprintf("the method %s %s", m.key(), what)}
			if m.api != nil {
				f.API = m.api.name()
			}
			report(m.resource, f)
		}
	},
}

// misconnected returns what is wrong with a method's connection to a load balancer, or "". A link of another app may be
// of either type.
func (m *method) misconnected(links map[string]string) string {
	integration, _ := m.property("Integration").(map[string]any)
	connection, known := integration["ConnectionType"].(string)
	if integration["ConnectionType"] != nil && !known {
		return ""
	}
	id, _ := integration["ConnectionId"].(string)
	target := integration["IntegrationTarget"] != nil
	switch {
	case connection != "VPC_LINK" && target:
		return "has an IntegrationTarget, and its ConnectionType is not VPC_LINK"
	case connection != "VPC_LINK":
		return ""
	case links[id] == typeVPCLinkV2 && !target:
		return "is connected to a VPC link V2, and has no IntegrationTarget"
	case links[id] == typeVPCLinkV1 && target:
		return "is connected to a VPC link V1, and has an IntegrationTarget, which is for VPC links V2"
	}
	return ""
}
