package dpop

import (
	"strings"
	"testing"
)

// FuzzURL holds the comparison of URLs to its laws: a htu is accepted for the request with the same URL alone. Whatever
// is accepted has https, no query and no fragment, and a change of the path's letters is noticed.
func FuzzURL(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://api.example.com/orders", "/orders"},
		{"HTTPS://API.example.com:443/%6frders", "/orders"},
		{"https://api.example.com", "/"},
		{"https://api.example.com/a%2fb", "/a%2Fb"},
		{"https://api.example.com/a/../b", "/b"},
		{"https://api.example.com/orders?x#y", "/orders"},
		{"http://api.example.com/orders", "/orders"},
		{"https://api.example.com/prod-x/orders", "/prod/orders"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, htu, path string) {
		u := URL{Host: "api.example.com", Path: path, Stage: "prod"}
		if !u.is(htu, false) {
			return
		}
		if lower(htu[:8]) != "https://" {
			t.Errorf("%q is accepted", htu)
		}
		for _, other := range []URL{
			{Host: "api.example.com", Path: path + "x"},
			{Host: "api.example.com", Path: path + "/"},
			{Host: "b.example.com", Path: path},
			{Host: "", Path: path},
		} {
			if path == "" && other.Path == "/" {
				continue // an empty path is the root: RFC 3986, section 6.2.3
			}
			if other.is(htu, false) {
				t.Errorf("%q is accepted for %q and for %q", htu, u, other)
			}
		}
		if u.is(htu+"?", false) || u.is(htu+"#", false) {
			t.Errorf("%q is accepted with a query or a fragment", htu)
		}
	})
}

// FuzzCheck changes claims of a signed proof. Only the good ones are accepted.
func FuzzCheck(f *testing.F) {
	good := goodClaims()
	f.Add("GET", good["htu"].(string), good["ath"].(string), t0.Unix())
	f.Add("POST", good["htu"].(string), good["ath"].(string), t0.Unix()-61)
	f.Add("", "https://api.example.com/v1/%6Frders/7", "", int64(-1))
	f.Fuzz(func(t *testing.T, htm, htu, ath string, iat int64) {
		r := want(mine)
		_, err := Check([]string{proof(mine, "ES256", nil, object{"htm": htm, "htu": htu, "ath": ath, "iat": iat})}, r)
		ok := htm == r.Method && ath == good["ath"] && r.URLs[0].is(htu, false) &&
			t0.Add(-MaxAge).Unix() <= iat && iat <= t0.Add(MaxAhead).Unix()
		if ok != (err == nil) {
			t.Errorf("got %v, want accepted: %v", err, ok)
		}
	})
}

// FuzzProof accepts no header and claims but those that the key has signed. The signature itself can have another form,
// since ECDSA has two for each.
func FuzzProof(f *testing.F) {
	text := proof(mine, "ES256", nil, nil)
	f.Add(text)
	f.Add("")
	f.Add(accessToken)
	f.Add(text[:len(text)-1])
	f.Add(proof(other, "ES256", nil, nil))
	signed := text[:strings.LastIndexByte(text, '.')]
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Check([]string{text}, want(mine)); err == nil && text[:strings.LastIndexByte(text, '.')] != signed {
			t.Errorf("%q is accepted", text)
		}
	})
}
