package apimodel

import "strings"

// The types of resources that an integration is connected to.
const (
	vpcLinkV1    = "AWS::ApiGateway::VpcLink"
	vpcLinkV2    = "AWS::ApiGatewayV2::VpcLink"
	loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
)

// readConnection reads whether API Gateway calls an integration through a VPC link, and which load balancer it calls.
// It needs IntegrationTarget for a VPC link V2 ("IntegrationTarget is required for VpcLinkV2"), and takes it for no
// other connection.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-private-integration.html, whose target
// is the ARN of a load balancer; https://github.com/hashicorp/terraform-provider-aws/issues/45230 (the error)
func (b *builder) readConnection(r *reader, i *Integration) {
	notice := r.notice() // a route through a VPC link is not answered on this machine anyway
	if r.oneOf("ConnectionType", "INTERNET", "VPC_LINK") != "VPC_LINK" {
		if r.has("IntegrationTarget") {
			notice.problem("it has an IntegrationTarget, but no VPC link: ConnectionType is not VPC_LINK")
		}
		return
	}
	link := r.need("ConnectionId")
	i.VPCLink = link
	if id, ok := b.made(vpcLinkV2)[link]; ok {
		i.VPCLink = id.String()
		if !r.has("IntegrationTarget") {
			notice.problem("ConnectionId is the VPC link V2 %s, but IntegrationTarget is missing: want the ARN of the load "+
				"balancer", id)
		}
	} else if id, ok := b.made(vpcLinkV1)[link]; ok {
		i.VPCLink = id.String()
		if r.has("IntegrationTarget") {
			notice.problem("ConnectionId is the VPC link V1 %s, which takes no IntegrationTarget", id)
		}
	}
	target := notice.text("IntegrationTarget")
	if id, ok := b.made(loadBalancer)[target]; ok {
		i.Target = id.String()
	} else if _, name, ok := strings.Cut(target, ":loadbalancer/"); ok {
		i.Target = name
	} else {
		i.Target = target
	}
}

// made returns the resources of a type by their physical IDs.
func (b *builder) made(kind string) map[string]ID {
	if b.ids[kind] == nil {
		b.ids[kind] = map[string]ID{}
		for _, r := range b.byType[kind] {
			if id := r.notice().physicalID(); id != "" {
				b.ids[kind][id] = r.id
			}
		}
	}
	return b.ids[kind]
}
