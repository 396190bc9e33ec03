package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// report makes CDK report findings, as a validation plugin.
type report struct{ findings []rules.Finding }

var _ awscdk.IPolicyValidationPlugin = (*report)(nil)

func (*report) Name() *string       { return jsii.String("Gatehouse") }
func (*report) Version() *string    { return nil }
func (*report) RuleIds() *[]*string { return jsii.Strings(rules.IDs()...) }

// Validate is called by CDK at synth. Errors are fatal in CDK's words, as others can be acknowledged for a whole app at
// once, of which the templates show nothing.
func (r *report) Validate(awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	violations := make([]*awscdk.PolicyViolation, len(r.findings))
	for i, f := range r.findings {
		violations[i] = violation(f)
	}
	return &awscdk.PolicyValidationPluginReport{
		Success:    jsii.Bool(len(rules.Failing(r.findings)) == 0),
		Violations: &violations,
	}
}

func violation(f rules.Finding) *awscdk.PolicyViolation {
	severity := "fatal"
	if f.Severity == rules.Warning {
		severity = "warning"
	}
	at := &awscdk.PolicyViolatingResource{Locations: &[]*string{}}
	if f.LogicalID != "" {
		at.ResourceLogicalId, at.TemplatePath = &f.LogicalID, &f.File
	} else {
		at.ConstructPath = &f.Stack
	}
	return &awscdk.PolicyViolation{
		RuleName: &f.Rule, Description: &f.Message, Fix: &f.WayOut, Severity: &severity,
		ViolatingResources: &[]*awscdk.PolicyViolatingResource{at},
	}
}
