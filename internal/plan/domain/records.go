package domain

// Records configures a domain's records further. The fields are those of secureapi.AliasRecords.
type Records struct {
	Region, SetIdentifier string
	EvaluateTargetHealth  bool
}

// check refuses settings for records that are not created because there is no zone, and settings that Amazon Route 53
// refuses.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html
func (r *Records) check(zone bool, bad func(string, ...any)) {
	switch {
	case r == nil:
	case !zone:
		bad(".Records is set, and Zone is nil, so that there are no records: give the zone, or leave Records out")
	case *r == (Records{}):
		bad(".Records is empty: set Region or EvaluateTargetHealth, or leave it out")
	case r.Region == "" && r.SetIdentifier != "":
		bad(".Records.SetIdentifier is %q, and a record without a Region has none: set Region for latency records, or leave "+
			"it out", r.SetIdentifier)
	}
}
