package secureapi

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"
)

// AliasRecords say more of the alias records of a [Domain] in its Zone.
// Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-latency-alias.html
type AliasRecords struct {
	// Region makes them latency records, of which Amazon Route 53 gives a caller those of the nearest region: "eu-west-1",
	// the one that the domain is in. Each region has an API, a domain of this name and its records. It may be a CDK token,
	// as awscdk.Aws_REGION is. Default: none, for simple records.
	Region string

	// SetIdentifier tells the record of this region from those of others. Default: Region.
	SetIdentifier string

	// EvaluateTargetHealth has Amazon Route 53 leave the records out of its answers while their target is unhealthy.
	// Default: false.
	EvaluateTargetHealth bool
}

// apply sets the properties of a record.
func (r *AliasRecords) apply(p *awsroute53.CfnRecordSetProps) *awsroute53.CfnRecordSetProps {
	if r == nil {
		return p
	}
	if r.EvaluateTargetHealth {
		p.AliasTarget.(*awsroute53.CfnRecordSet_AliasTargetProperty).EvaluateTargetHealth = true
	}
	if r.Region != "" {
		p.Region, p.SetIdentifier = &r.Region, jsii.String(cmp.Or(r.SetIdentifier, r.Region))
	}
	return p
}
