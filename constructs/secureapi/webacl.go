package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// addWebACL associates the web ACL with the stage.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-wafv2-webaclassociation.html
func (b *builder) addWebACL() {
	acl := b.props.WebACL
	if acl == "" {
		return
	}
	if region := b.plan.WebACLRegion(); region != "" {
		if of, here, differ := differ(region, *b.stack.Region()); differ {
			b.fail("WebACL is of the region %s, and the API of %s, whose web ACLs its stage takes: give one of that region",
				of, here)
		}
	}
	awscdk.NewCfnResource(b.api, jsii.String("WebACLAssociation"), &awscdk.CfnResourceProps{
		Type: jsii.String("AWS::WAFv2::WebACLAssociation"),
		Properties: &map[string]any{
			"ResourceArn": b.rest.DeploymentStage().StageArn(),
			"WebACLArn":   acl,
		},
	})
}
