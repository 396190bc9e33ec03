package secureapi

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"
)

// AliasRecords configure the alias records of a [Domain] in its Zone.
//
// Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-latency-alias.html
type AliasRecords struct {
	// Region turns the records into latency records: Amazon Route 53 answers a caller with the records of the nearest
	// region. Set it to the region of the domain, such as "eu-west-1". Each region has its own API, a domain of the same
	// name, and records. It may be a CDK token such as awscdk.Aws_REGION. Default: none, for simple records.
	Region string

	// SetIdentifier distinguishes this region's record from those of other regions. Default: Region.
	SetIdentifier string

	// EvaluateTargetHealth makes Amazon Route 53 omit the records from its answers while their target is unhealthy.
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
