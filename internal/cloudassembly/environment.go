package cloudassembly

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/partition"
)

// environment splits aws://account/region, and drops the parts that are unknown-account and unknown-region.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cx_api.EnvironmentUtils.html
func environment(url string) (account, region string) {
	account, region, _ = strings.Cut(strings.TrimPrefix(url, "aws://"), "/")
	if account == "unknown-account" {
		account = ""
	}
	if region == "unknown-region" {
		region = ""
	}
	return account, region
}

// Region returns the region that a stack is in.
func (e *Evaluator) Region(s *Stack) string {
	if s.Region != "" {
		return s.Region
	}
	return e.options.Region
}

// Account returns the account that a stack is in.
func (e *Evaluator) Account(s *Stack) string {
	if s.Account != "" {
		return s.Account
	}
	return e.options.Account
}

// Partition returns the partition of a stack's region, such as "aws".
func (e *Evaluator) Partition(s *Stack) string {
	return partition.Of(e.Region(s)).Name
}

func (e *Evaluator) suffix(s *Stack) string {
	return partition.Of(e.Region(s)).Domain
}
