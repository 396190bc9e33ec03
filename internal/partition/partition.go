// Package partition finds the partition of an AWS region, and the domain of its services.
//
//	partition.Of("cn-north-1").Domain // "amazonaws.com.cn"
//
// It does not know which regions exist.
package partition

import "strings"

// Partition is a group of regions with accounts, ARNs and domain names of its own.
type Partition struct {
	Name   string // the second part of its ARNs: "aws"
	Domain string // what the names of its services' endpoints end in: "amazonaws.com"
}

// partitions are what regions begin with, with their partition.
// Source: https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
var partitions = []struct {
	prefix string
	Partition
}{
	{"cn-", Partition{"aws-cn", "amazonaws.com.cn"}},
	{"us-gov-", Partition{"aws-us-gov", "amazonaws.com"}},
	{"us-iso-", Partition{"aws-iso", "c2s.ic.gov"}},
	{"us-isob-", Partition{"aws-iso-b", "sc2s.sgov.gov"}},
	{"eu-isoe-", Partition{"aws-iso-e", "cloud.adc-e.uk"}},
	{"us-isof-", Partition{"aws-iso-f", "csp.hci.ic.gov"}},
	{"eusc-", Partition{"aws-eusc", "amazonaws.eu"}},
}

// Of returns the partition of a region. A region that begins with none of the known prefixes is in "aws".
func Of(region string) Partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.Partition
		}
	}
	return Partition{"aws", "amazonaws.com"}
}
