package plan

import "testing"

func TestProofURLs(t *testing.T) {
	with := func(bound bool, urls ...string) func(*Props) {
		return func(p *Props) {
			j := jwt()
			j.Issuers[0].DPoPBound, j.ProofURLs = bound, urls
			p.Authorizer = deciding(j)
			p.Authorizer.Problems = append(p.Authorizer.Problems, Lambda{JWT: j}.Check()...)
		}
	}
	const host = "${Token[Domain.Name.1]}"
	for name, urls := range map[string][]string{
		"none":               nil,
		"a proxy":            {"https://shop.example.com/api"},
		"two ways":           {"https://shop.example.com/api", "https://api.example.com"},
		"longer names":       {"https://shop.example.com/api", "https://shop.example.com/apis", "https://shop.example.co"},
		"a token":            {"https://" + host},
		"a token and a path": {"https://" + host + "/api"},
	} {
		if _, err := New(table(with(true, urls...))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	const shop = "https://shop.example.com"
	testRefusals(t, []refusal{
		{"no issuer that binds", with(false, shop), "JWT.ProofURLs is set, and no issuer is DPoPBound, so that nothing " +
			"uses it: leave it out, or set DPoPBound"},
		{"an origin that is not https", with(true, shop, "http://api.example.com"),
			`JWT.ProofURLs[1] "http://api.example.com": want https: write "https://api.example.com"`},
		{"a host alone", with(true, "shop.example.com"),
			`JWT.ProofURLs[0] "shop.example.com": want an https URL, like "https://api.example.com"`},
		{"an empty one", with(true, ""), `JWT.ProofURLs[0] "": want an https URL, like "https://api.example.com"`},
		{"a slash at the end", with(true, shop+"/api/"), `JWT.ProofURLs[0] "https://shop.example.com/api/": want no slash ` +
			`at the end, because each path begins with one: write "https://shop.example.com/api"`},
		{"one twice", with(true, shop, shop), `JWT.ProofURLs has "https://shop.example.com" twice: leave one out`},
		{"one under another", with(true, shop+"/api", shop), `JWT.ProofURLs has "https://shop.example.com" and ` +
			`"https://shop.example.com/api", which is under it, so that a proof for one route would count for another: ` +
			`leave one out`},
		{"one under another with a token", with(true, "https://"+host, "https://"+host+"/api"),
			`which is under it, so that a proof for one route would count for another: leave one out`},
		{"a whole URL that is a token", with(true, host), `JWT.ProofURLs[0] is a CDK token, and proofs are compared with ` +
			`the whole URL: write "https://" and the token of the host behind it`},
		{"a token and a slash", with(true, "https://"+host+"/"), "JWT.ProofURLs[0] ends with a slash, and each path begins " +
			"with one: leave it out"},
		{"a list", with(true, "#{Token[TOKEN.1]}"), "JWT.ProofURLs is a list known only when the stack is deployed"},
	})
}
