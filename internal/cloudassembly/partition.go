package cloudassembly

import "strings"

// partitions are what regions begin with, with their partition and the suffix of its domain names.
// Source: https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
var partitions = []struct{ prefix, name, suffix string }{
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"us-iso-", "aws-iso", "c2s.ic.gov"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
	{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
	{"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
	{"eusc-", "aws-eusc", "amazonaws.eu"},
	{"", "aws", "amazonaws.com"},
}

// Region is the region that a stack is in.
func (e *Evaluator) Region(s *Stack) string {
	if s.Region != "" {
		return s.Region
	}
	return e.options.Region
}

// Account is the account that a stack is in.
func (e *Evaluator) Account(s *Stack) string {
	if s.Account != "" {
		return s.Account
	}
	return e.options.Account
}

// Partition is the partition of a stack's region, such as "aws".
func (e *Evaluator) Partition(s *Stack) string {
	name, _ := partition(e.Region(s))
	return name
}

func (e *Evaluator) suffix(s *Stack) string {
	_, suffix := partition(e.Region(s))
	return suffix
}

func partition(region string) (name, suffix string) {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name, p.suffix
		}
	}
	return "", "" // not reached: the last prefix is empty
}
