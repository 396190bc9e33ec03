package partition

import "testing"

func TestOf(t *testing.T) {
	for region, want := range map[string]Partition{
		"eu-central-1":   {"aws", "amazonaws.com"},
		"us-east-1":      {"aws", "amazonaws.com"},
		"cn-north-1":     {"aws-cn", "amazonaws.com.cn"},
		"us-gov-west-1":  {"aws-us-gov", "amazonaws.com"},
		"us-iso-east-1":  {"aws-iso", "c2s.ic.gov"},
		"us-isob-east-1": {"aws-iso-b", "sc2s.sgov.gov"},
		"eu-isoe-west-1": {"aws-iso-e", "cloud.adc-e.uk"},
		"us-isof-east-1": {"aws-iso-f", "csp.hci.ic.gov"},
		"eusc-de-east-1": {"aws-eusc", "amazonaws.eu"},
		"":               {"aws", "amazonaws.com"},
	} {
		if got := Of(region); got != want {
			t.Errorf("%q: got %+v, want %+v", region, got, want)
		}
	}
}
