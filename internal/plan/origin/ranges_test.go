package origin

import (
	"net/netip"
	"testing"
)

func TestCovered(t *testing.T) {
	for _, tt := range []struct {
		name   string
		prefix string
		ranges []string
		want   bool
	}{
		{"itself", "10.0.0.0/8", []string{"10.0.0.0/8"}, true},
		{"a wider one", "10.1.0.0/16", []string{"10.0.0.0/8"}, true},
		{"two halves", "10.0.0.0/8", []string{"10.128.0.0/9", "10.0.0.0/9"}, true},
		{"a half and a quarter", "10.0.0.0/8", []string{"10.128.0.0/9", "10.0.0.0/10"}, false},
		{"all but one address", "10.0.0.0/30", []string{"10.0.0.0/31", "10.0.0.2/32"}, false},
		{"the other family", "2001:db8::/32", []string{"0.0.0.0/0"}, false},
		{"IPv6 halves", "2001:db8::/32", []string{"2001:db8::/33", "2001:db8:8000::/33"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var ranges []netip.Prefix
			for _, r := range tt.ranges {
				ranges = append(ranges, netip.MustParsePrefix(r))
			}
			if got := Covered(netip.MustParsePrefix(tt.prefix), ranges); got != tt.want {
				t.Errorf("covered(%s, %v) = %v, want %v", tt.prefix, tt.ranges, got, tt.want)
			}
		})
	}
}

func TestUnrouted(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"a private range", "10.0.0.0/8", true},
		{"a part of a private range", "172.31.255.0/24", true},
		{"an address of a private range", "192.168.1.1", true},
		{"a local range of IPv6", "fd00::/8", true},
		{"wider than a private range", "10.0.0.0/7", false},
		{"a public range", "203.0.113.0/24", false},
		{"beside a private range", "172.32.0.0/16", false},
		{"a public range of IPv6", "2001:db8::/32", false},
	} {
		if got := Unrouted(Parse(tt.value)); got != tt.want {
			t.Errorf("%s: Unrouted(%s) = %v, want %v", tt.name, tt.value, got, tt.want)
		}
	}
}
