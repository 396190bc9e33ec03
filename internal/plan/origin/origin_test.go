package origin

import "testing"

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name  string
		kind  Kind
		value string
		want  string // the error; "" for none
	}{
		{"a range", CIDR, "203.0.113.0/24", ""},
		{"an address", CIDR, "203.0.113.7", ""},
		{"a range of IPv6", CIDR, "2001:db8::/32", ""},
		{"a token", CIDR, "${Token[Office.7]}", ""},
		{"a name", CIDR, "office", `"office" is not a CIDR: want an address and a length, like "203.0.113.0/24" or ` +
			`"2001:db8::/32", or one address`},
		{"an address with a zone", CIDR, "fe80::1%eth0", `"fe80::1%eth0" is not a CIDR: want an address and a length, ` +
			`like "203.0.113.0/24" or "2001:db8::/32", or one address`},
		{"IPv4 as IPv6", CIDR, "::ffff:203.0.113.0/120", `"::ffff:203.0.113.0/120" is IPv4 in the notation of IPv6, ` +
			`which matches no caller: write it as 203.0.113.0/24`},
		{"a VPC", VPC, "vpc-0a1b2c3d", ""},
		{"an endpoint as a VPC", VPC, "vpce-0a1b2c3d", `"vpce-0a1b2c3d" is not a valid VPC id: want one like ` +
			`"vpc-0a1b2c3d4e5f60718"`},
		{"a VPC endpoint", VPCEndpoint, "vpce-0a1b2c3d4e5f60718", ""},
		{"an ID in upper case", VPCEndpoint, "vpce-0A1B2C3D", `"vpce-0A1B2C3D" is not a valid VPC endpoint id: want ` +
			`one like "vpce-0a1b2c3d4e5f60718"`},
		{"an account", Account, "123456789012", ""},
		{"a short account", Account, "12345678901", `"12345678901" is not a valid account id: want one like ` +
			`"123456789012"`},
		{"an organization", Organization, "o-a1b2c3d4e5", ""},
		{"an organization's unit", Organization, "ou-a1b2-c3d4e5f6", `"ou-a1b2-c3d4e5f6" is not a valid organization ` +
			`id: want one like "o-a1b2c3d4e5"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := Check(tt.kind, tt.value); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
