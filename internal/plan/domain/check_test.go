package domain

import "testing"

func TestCheck(t *testing.T) {
	testRefusals(t, []refusal{
		{"no name", with(func(d *Domain) { d.Name = "" }),
			`Domain.Name is empty: give a name such as "api.example.com", or share another API's domain by Of`},
		{"a URL", with(func(d *Domain) { d.Name = "https://api.example.com" }),
			`Domain.Name "https://api.example.com": want the name of a host in lower case, without a scheme`},
		{"upper case", with(func(d *Domain) { d.Name = "API.example.com" }), `Domain.Name "API.example.com": want the ` +
			`name`},
		{"no certificate", with(func(d *Domain) { d.Certificate = false }),
			`Domain.Certificate is nil: give the certificate of "api.example.com" in AWS Certificate Manager`},
		{"neither a name nor a certificate", with(func(d *Domain) { d.Name, d.Certificate = "", false }),
			"Domain.Certificate is nil: give the certificate of the domain's name in AWS Certificate Manager"},
		{"an edge certificate elsewhere", with(func(d *Domain) { d.Endpoint, d.CertificateOf = Edge, "eu-west-1" }),
			"Domain.Certificate is of the region eu-west-1, and the domain is edge-optimized, whose certificate Amazon " +
				"CloudFront takes from us-east-1: give one of that region, or make the domain REGIONAL"},
		{"a zone of another name", with(func(d *Domain) { d.Zone, d.ZoneName = true, "ample.com" }),
			`Domain.Zone is "ample.com", which "api.example.com" is not in, so that its records would answer for another name`},
		{"a private domain for no caller", with(func(d *Domain) { d.Endpoint = private }),
			"Domain.EndpointType is PRIVATE, and Private is nil, so that no caller would reach the domain: " +
				"name the VPC endpoints"},
		{"a private domain without a policy", inVPC(func(d *Domain) { d.Private = &Private{} }),
			"Domain.Private allows no VPC endpoint, so that no caller would reach the domain: name those that may call it"},
		{"a private domain of another type", inVPC(func(d *Domain) { d.Endpoint = Regional }),
			"Domain.Private is set, and EndpointType is REGIONAL: leave one of them out"},
		{"a VPC for an endpoint", inVPC(func(d *Domain) { d.Private = reached("vpc-0a1b2c3d") }),
			`Domain.Private.AllowVPCEndpoints[0]: "vpc-0a1b2c3d" is not a valid VPC endpoint id: want one like`},
		{"an endpoint twice", inVPC(func(d *Domain) { d.Private = reached("vpce-0a1b2c3d", "vpce-0a1b2c3d") }),
			`Domain.Private.AllowVPCEndpoints has "vpce-0a1b2c3d" twice: leave one out`},
		{"no endpoint to associate", inVPC(func(d *Domain) { d.Private.AssociateVPCEndpoints = []string{""} }),
			`Domain.Private.AssociateVPCEndpoints[0]: "" is not a valid VPC endpoint id`},
		{"records that point nowhere", inVPC(func(d *Domain) { d.Zone = true }),
			"Domain.Zone is set, and the records of a private domain point at a VPC endpoint: give its EndpointDNSName and " +
				"EndpointHostedZoneID in Private, or leave Zone out"},
		{"a target without records", inVPC(func(d *Domain) { d.Private.AliasName = "vpce.example.com" }),
			"Domain.Private.EndpointDNSName and EndpointHostedZoneID are the target of records, and Zone is nil"},
		{"a private domain with client certificates", inVPC(mutual),
			"Domain.MutualTLS: API Gateway supports client certificates only at REGIONAL domains, and this one is " +
				"PRIVATE"},
		{"a private domain with a long base path", inVPC(func(d *Domain) { d.BasePaths = []string{"a/b"} }),
			`Domain.BasePaths[0] "a/b" has 2 segments, and those of private domains have one: take one segment`},
		{"a private domain that is another's", inVPC(func(d *Domain) { d.Of = &Shared{Name: "a.example.com"} }),
			"Domain.Private is set beside Of, and it belongs to the domain that Of is"},
		{"an endpoint of the deployment's", with(func(d *Domain) { d.Endpoint = "${Token[TOKEN.7]}" }),
			"Domain.EndpointType is a CDK token, and the resources of a domain depend on its type: write it out"},
		{"an unknown endpoint", with(func(d *Domain) { d.Endpoint = "LOCAL" }), `Domain.EndpointType "LOCAL": want ` +
			`REGIONAL`},
		{"an unknown policy", with(func(d *Domain) { d.Policy = "TLS_1_3" }),
			`Domain.SecurityPolicy "TLS_1_3": want TLS_1_2, TLS_1_0 or one whose name begins with SecurityPolicy_`},
		{"a policy of edges", with(func(d *Domain) { d.Policy = "SecurityPolicy_TLS13_2025_EDGE" }),
			"Domain.SecurityPolicy SecurityPolicy_TLS13_2025_EDGE is for edge-optimized domains, and this one is REGIONAL"},
		{"a policy of a Region at the edge",
			with(func(d *Domain) { d.Endpoint, d.Policy = Edge, "SecurityPolicy_TLS13_1_3_2025_09" }),
			"Domain.SecurityPolicy SecurityPolicy_TLS13_1_3_2025_09 is for REGIONAL domains, and this one is edge-optimized"},
		{"an access mode of a legacy policy", with(func(d *Domain) { d.Access = "STRICT" }),
			"Domain.EndpointAccessMode is set beside the security policy TLS_1_2, and only policies whose names begin with"},
		{"an unknown access mode", with(func(d *Domain) { d.Access = "LOOSE" }), `Domain.EndpointAccessMode "LOOSE": want`},
		{"no trust store", with(func(d *Domain) { d.MutualTLS = &MutualTLS{} }),
			"Domain.MutualTLS.Bucket is nil: give the bucket with the trust store, a PEM file of certificate authorities"},
		{"no key", with(func(d *Domain) { d.MutualTLS = &MutualTLS{Bucket: true} }), "Domain.MutualTLS.Key is empty: give"},
		{"a URL as a key", with(func(d *Domain) { d.MutualTLS = &MutualTLS{Bucket: true, Key: "s3://trust/clients.pem"} }),
			`Domain.MutualTLS.Key "s3://trust/clients.pem": want the key in the bucket alone`},
		{"mutual TLS at the edge", with(func(d *Domain) { mutual(d); d.Endpoint = Edge }),
			"Domain.MutualTLS: API Gateway supports client certificates only at REGIONAL domains"},
		{"mutual TLS with an enhanced policy",
			with(func(d *Domain) { mutual(d); d.Policy = "SecurityPolicy_TLS13_1_3_2025_09" }),
			"Domain.MutualTLS is set beside the security policy SecurityPolicy_TLS13_1_3_2025_09, and API Gateway has no " +
				"mutual " +
				"TLS with a policy whose name begins with SecurityPolicy_: take TLS_1_2, which is the default"},
		{"a slash", with(func(d *Domain) { d.BasePaths = []string{"/orders"} }),
			`Domain.BasePaths[0] "/orders": want segments of letters, digits and $-_.+!*'(), without a slash at either end`},
		{"a path twice", with(func(d *Domain) { d.BasePaths = []string{"a", "a"} }), `Domain.BasePaths has "a" twice`},
		{"segments at the edge", with(func(d *Domain) { d.Endpoint, d.BasePaths = Edge, []string{"a/b"} }),
			`Domain.BasePaths[0] "a/b" has 2 segments, which API Gateway maps at REGIONAL domains alone`},
		{"segments with TLS 1.0", with(func(d *Domain) { d.Policy, d.BasePaths = TLS10, []string{"a/b"} }),
			`Domain.BasePaths[0] "a/b" has 2 segments, which API Gateway maps with the security policy TLS_1_2 or a later one`},
		{"another name for a shared domain",
			&Domain{Of: &Shared{Name: "api.example.com"}, Name: "b.example.com", DualStack: true},
			"Domain.Name is set beside Of, and it belongs to the domain that Of is: set it where that domain is made"},
	})
}

func TestDomainsAccessMode(t *testing.T) {
	for policy, want := range map[string]string{"": "", TLS12: "", "SecurityPolicy_TLS13_1_3_2025_09": "STRICT"} {
		if got := (&Domain{Policy: policy}).AccessMode(); got != want {
			t.Errorf("%q has the mode %q, want %q", policy, got, want)
		}
	}
}

func TestWrongTrustStores(t *testing.T) {
	store := func(m MutualTLS) *Domain { return with(func(d *Domain) { d.MutualTLS = &m }) }
	testRefusals(t, []refusal{
		{"no bucket", store(MutualTLS{Key: "clients.pem"}), "Domain.MutualTLS.Bucket is nil"},
		{"both", store(MutualTLS{Bucket: true, Key: "clients.pem", URI: "s3://trust/clients.pem"}),
			"Domain.MutualTLS.URI is set beside Bucket or Key, which say the same: leave it or them out"},
		{"no key", store(MutualTLS{URI: "s3://trust/"}),
			`Domain.MutualTLS.URI "s3://trust/": want one such as "s3://example-trust/clients.pem"`},
		{"another scheme", store(MutualTLS{URI: "https://trust/clients.pem"}),
			`Domain.MutualTLS.URI "https://trust/clients.pem"`},
	})
	for _, uri := range []string{"s3://example-trust/a/clients.pem", "${Token[TOKEN.1]}"} {
		if errs := store(MutualTLS{URI: uri}).Check(); errs != nil {
			t.Error(errs)
		}
	}
}
