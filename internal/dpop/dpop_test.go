package dpop

import (
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

type object = authztest.Object

const accessToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"

var (
	t0    = time.Unix(1562262616, 0)
	mine  = authztest.ECDSA("mine", elliptic.P256())
	other = authztest.ECDSA("other", elliptic.P256())
)

// jwk returns the public key as clients write it into proofs.
func jwk(k *authztest.Key) object {
	return k.JWK().With(object{"use": nil, "kid": nil})
}

// proof returns a proof of the key for the request of [want], with changes.
func proof(k *authztest.Key, alg string, header, claims object) string {
	return k.Sign(alg, goodHeader(k, alg).With(header).String(), goodClaims().With(claims).String())
}

func goodHeader(k *authztest.Key, alg string) object {
	return object{"typ": "dpop+jwt", "alg": alg, "jwk": jwk(k)}
}

func goodClaims() object {
	sum := sha256.Sum256([]byte(accessToken))
	return object{
		"jti": "e1j3V_bKic8-LAEB", "htm": "GET", "htu": "https://api.example.com/v1/orders/7", "iat": t0.Unix(),
		"ath": authztest.Base64(sum[:]),
	}
}

// thumbprintOf computes RFC 7638 apart from package jwt.
func thumbprintOf(k *authztest.Key) string {
	j := jwk(k) // encoding/json sorts members by name, without white space
	sum := sha256.Sum256([]byte(j.String()))
	return authztest.Base64(sum[:])
}

func want(k *authztest.Key) Request {
	return Request{
		Method: "GET", Token: accessToken, Now: t0, Thumbprints: []string{thumbprintOf(k)},
		URLs: []URL{{Host: "api.example.com", Path: "/v1/orders/7", Stage: "prod"}},
	}
}

// TestExampleOfTheStandard checks the proof of RFC 9449, section 7.1 (figure 12), for the token and the key of its
// section 6.1. The client of the example made it two seconds before.
func TestExampleOfTheStandard(t *testing.T) {
	const text = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklD" +
		"UkRZOXpD" +
		"a0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2" +
		"In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0" +
		"ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9." +
		"2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
	r := Request{
		Method: "GET", Token: accessToken, Now: t0,
		Thumbprints: []string{"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
		URLs:        []URL{{Host: "resource.example.org", Path: "/protectedresource"}},
	}
	got, err := Check([]string{text}, r)
	if err != nil || got.ID == "" || !got.Until.After(t0.Add(MaxAge)) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestAlgorithms accepts a proof of each documented algorithm. The thumbprint is computed apart.
func TestAlgorithms(t *testing.T) {
	rsa := authztest.RSA("rsa", 2048)
	for alg, k := range map[string]*authztest.Key{
		"RS256": rsa, "RS384": rsa, "RS512": rsa, "PS256": rsa, "PS384": rsa, "PS512": rsa,
		"ES256": mine, "ES384": authztest.ECDSA("384", elliptic.P384()), "ES512": authztest.ECDSA("521", elliptic.P521()),
		"EdDSA": authztest.Ed25519("ed"),
	} {
		if _, err := Check([]string{proof(k, alg, nil, nil)}, want(k)); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

// TestGoodProofs accepts what honest clients send.
func TestGoodProofs(t *testing.T) {
	for _, c := range []struct {
		name           string
		header, claims object
		change         func(*Request)
	}{
		{"as usual", nil, nil, nil},
		{"the scheme and the host in upper case", nil, object{"htu": "HTTPS://API.Example.COM/v1/orders/7"}, nil},
		{"the default port", nil, object{"htu": "https://api.example.com:443/v1/orders/7"}, nil},
		{"an escape of an unreserved character", nil, object{"htu": "https://api.example.com/v1/%6frders/7"}, nil},
		{"an escape in lower case", nil, object{"htu": "https://api.example.com/v1/a%2fb"},
			func(r *Request) { r.URLs[0].Path = "/v1/a%2Fb" }},
		{"no path at the root", nil, object{"htu": "https://api.example.com"}, func(r *Request) { r.URLs[0].Path = "/" }},
		{"the oldest", nil, object{"iat": t0.Add(-MaxAge).Unix()}, nil},
		{"a fraction of a second", nil, object{"iat": float64(t0.Unix()) + 0.5}, nil},
		{"a clock that is ahead", nil, object{"iat": t0.Add(MaxAhead).Unix()}, nil},
		{"a clock that is ahead by the leeway", nil, object{"iat": t0.Add(MaxAhead + time.Minute).Unix()},
			func(r *Request) { r.Leeway = time.Minute }},
		{"a nonce, which is not asked for", nil, object{"nonce": "x"}, nil},
		{"members of Web Crypto's exportKey",
			object{"jwk": jwk(mine).With(object{"ext": true, "key_ops": []string{"verify"}})}, nil, nil},
		{"a method of no standard", nil, object{"htm": "purge"}, func(r *Request) { r.Method = "purge" }},
		{"the development gateway", nil, object{"htu": "http://localhost:3000/prod/orders"}, func(r *Request) {
			r.Local, r.URLs = true, []URL{{Host: "localhost:3000", Path: "/prod/orders", Stage: "prod"}}
		}},
		{"one of its APIs", nil, object{"htu": "http://localhost:3000/prod-orders/7"}, func(r *Request) {
			r.Local, r.URLs = true, []URL{{Host: "localhost:3000", Path: "/prod/7", Stage: "prod"}}
		}},
	} {
		r := want(mine)
		if c.change != nil {
			c.change(&r)
		}
		if _, err := Check([]string{proof(mine, "ES256", c.header, c.claims)}, r); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestHostileProofs refuses each proof that differs from a good one in one thing.
func TestHostileProofs(t *testing.T) {
	good := proof(mine, "ES256", nil, nil)
	parts := strings.Split(good, ".")
	secret := &authztest.Key{Secret: []byte(strings.Repeat("s", 32))}
	header := func(change object) string { return proof(mine, "ES256", change, nil) }
	claims := func(change object) string { return proof(mine, "ES256", nil, change) }
	htu := func(u string) string { return claims(object{"htu": u}) }
	raw := func(header, claims string) string { return mine.Sign("ES256", header, claims) }
	goodH, goodC := goodHeader(mine, "ES256").String(), goodClaims().String()
	private := object{"d": authztest.Base64(strings.Repeat("d", 32))}
	dpopAt := func(t time.Time) string { return claims(object{"iat": t.Unix()}) }
	for _, c := range []struct {
		name   string
		proofs []string
		want   error
	}{
		{"no proof", nil, ErrProof},
		{"two proofs", []string{good, proof(mine, "ES256", nil, object{"jti": "2"})}, ErrProof},
		{"the same proof twice", []string{good, good}, ErrProof},
		{"two proofs in one header", []string{good + ", " + good}, ErrProof},
		{"an empty header", []string{""}, ErrProof},
		{"the access token", []string{accessToken}, ErrProof},
		{"a space before", []string{" " + good}, ErrProof},
		{"a line end after", []string{good + "\n"}, ErrProof},
		{"oversized", []string{claims(object{"pad": strings.Repeat("x", jwt.MaxTokenSize)})}, ErrProof},
		{"four parts", []string{good + ".AAAA"}, ErrProof},
		{"no signature", []string{parts[0] + "." + parts[1] + "."}, ErrProof},
		{"a signature of another proof", []string{parts[0] + "." + parts[1] + "." +
			strings.Split(claims(object{"jti": "2"}), ".")[2]}, ErrProof},
		{"base64 with padding", []string{parts[0] + "." + parts[1] + "." + parts[2] + "=="}, ErrProof},

		{"no typ", []string{header(object{"typ": nil})}, ErrProof},
		{"an access token's typ", []string{header(object{"typ": "at+jwt"})}, ErrProof},
		{"typ JWT", []string{header(object{"typ": "JWT"})}, ErrProof},
		{"typ in upper case", []string{header(object{"typ": "DPOP+JWT"})}, ErrProof},
		{"alg none", []string{authztest.Base64(object{"typ": "dpop+jwt", "alg": "none", "jwk": jwk(mine)}.String()) + "." +
			parts[1] + "."}, ErrProof},
		{"alg none with a signature", []string{header(object{"alg": "none"})}, ErrProof},
		{"HS256 with an oct key", []string{secret.Sign("HS256", object{"typ": "dpop+jwt", "alg": "HS256",
			"jwk": object{"kty": "oct", "k": authztest.Base64(secret.Secret)}}.String(), goodC)}, ErrProof},
		{"HS256 with an EC key", []string{secret.Sign("HS256", goodHeader(mine, "HS256").String(), goodC)}, ErrProof},
		{"another algorithm than the key's", []string{header(object{"alg": "ES384"})}, ErrProof},
		{"another algorithm than the jwk's alg", []string{header(object{"jwk": jwk(mine).With(object{"alg": "ES384"})})},
			ErrProof},
		{"no alg", []string{header(object{"alg": nil})}, ErrProof},
		{"crit", []string{header(object{"crit": []string{"b64"}})}, ErrProof},
		{"no jwk", []string{header(object{"jwk": nil})}, ErrProof},
		{"a jwk that is a text", []string{header(object{"jwk": jwk(mine).String()})}, ErrProof},
		{"a kid instead of a jwk", []string{header(object{"jwk": nil, "kid": thumbprintOf(mine)})}, ErrProof},
		{"a private jwk", []string{header(object{"jwk": jwk(mine).With(private)})}, ErrProof},
		{"a jwk with an empty private member", []string{header(object{"jwk": jwk(mine).With(object{"d": ""})})}, ErrProof},
		{"a key for encryption", []string{header(object{"jwk": jwk(mine).With(object{"use": "enc"})})}, ErrProof},
		{"a point that is not on the curve", []string{header(object{"jwk": jwk(mine).With(object{"x": jwk(other)["x"]})})},
			ErrProof},
		{"a weak RSA key", []string{proof(authztest.RSA("weak", 1024), "RS256", nil, nil)}, ErrProof},
		{"duplicate member in the header", []string{raw(goodH[:len(goodH)-1]+`,"typ":"dpop+jwt"}`, goodC)}, ErrProof},
		{"duplicate member in the jwk",
			[]string{raw(strings.Replace(goodH, `"kty":"EC"`, `"kty":"EC","kty":"EC"`, 1), goodC)}, ErrProof},
		{"duplicate member in the claims", []string{raw(goodH, goodC[:len(goodC)-1]+`,"htm":"GET"}`)}, ErrProof},
		{"duplicate member with an escape", []string{raw(goodH, goodC[:len(goodC)-1]+`,"\u0068tm":"GET"}`)}, ErrProof},
		{"claims that are a list", []string{raw(goodH, "[]")}, ErrProof},
		{"no JSON", []string{raw(goodH, "{")}, ErrProof},

		{"another key", []string{proof(other, "ES256", nil, nil)}, ErrKey},
		{"another key with the token's as a second jwk", []string{other.Sign("ES256",
			goodHeader(other, "ES256").With(object{"JWK": jwk(mine)}).String(), goodC)}, ErrKey},

		{"no jti", []string{claims(object{"jti": nil})}, ErrProof},
		{"an empty jti", []string{claims(object{"jti": ""})}, ErrProof},
		{"a jti that is a number", []string{claims(object{"jti": 1})}, ErrProof},
		{"a long jti", []string{claims(object{"jti": strings.Repeat("j", maxID+1)})}, ErrProof},

		{"another method", []string{claims(object{"htm": "POST"})}, ErrMethod},
		{"the method in lower case", []string{claims(object{"htm": "get"})}, ErrMethod},
		{"no method", []string{claims(object{"htm": nil})}, ErrMethod},
		{"HTM in upper case", []string{claims(object{"htm": nil, "HTM": "GET"})}, ErrMethod},

		{"no htu", []string{claims(object{"htu": nil})}, ErrURL},
		{"an htu that is a list", []string{claims(object{"htu": []string{"https://api.example.com/v1/orders/7"}})}, ErrURL},
		{"another host", []string{htu("https://evil.example.com/v1/orders/7")}, ErrURL},
		{"a host with a prefix", []string{htu("https://xapi.example.com/v1/orders/7")}, ErrURL},
		{"a host with a dot at its end", []string{htu("https://api.example.com./v1/orders/7")}, ErrURL},
		{"a host with the Kelvin sign", []string{htu("https://api.example.com/v1/orders/7\u212a")}, ErrURL},
		{"another port", []string{htu("https://api.example.com:8443/v1/orders/7")}, ErrURL},
		{"http", []string{htu("http://api.example.com/v1/orders/7")}, ErrURL},
		{"http at the port 443", []string{htu("http://api.example.com:443/v1/orders/7")}, ErrURL},
		{"user information", []string{htu("https://api.example.com@evil.example.com/v1/orders/7")}, ErrURL},
		{"a path alone", []string{htu("/v1/orders/7")}, ErrURL},
		{"no scheme", []string{htu("//api.example.com/v1/orders/7")}, ErrURL},
		{"another path", []string{htu("https://api.example.com/v1/orders/8")}, ErrURL},
		{"without the base path", []string{htu("https://api.example.com/orders/7")}, ErrURL},
		{"with the stage", []string{htu("https://api.example.com/prod/v1/orders/7")}, ErrURL},
		{"a slash at its end", []string{htu("https://api.example.com/v1/orders/7/")}, ErrURL},
		{"two slashes", []string{htu("https://api.example.com//v1/orders/7")}, ErrURL},
		{"the path in another case", []string{htu("https://api.example.com/V1/orders/7")}, ErrURL},
		{"an encoded slash", []string{htu("https://api.example.com/v1%2Forders/7")}, ErrURL},
		{"an incomplete escape", []string{htu("https://api.example.com/v1/orders/7%2")}, ErrURL},
		{"dot segments", []string{htu("https://api.example.com/v1/x/../orders/7")}, ErrURL},
		{"encoded dot segments", []string{htu("https://api.example.com/v1/x/%2e%2e/orders/7")}, ErrURL},
		{"a backslash", []string{htu(`https://api.example.com\v1/orders/7`)}, ErrURL},
		{"a query", []string{htu("https://api.example.com/v1/orders/7?page=1")}, ErrURL},
		{"an empty query", []string{htu("https://api.example.com/v1/orders/7?")}, ErrURL},
		{"a fragment", []string{htu("https://api.example.com/v1/orders/7#top")}, ErrURL},
		{"the development gateway's API", []string{htu("https://api.example.com/prod-orders/7")}, ErrURL},

		{"no ath", []string{claims(object{"ath": nil})}, ErrToken},
		{"ath of another token", []string{claims(object{"ath": authztest.Base64(strings.Repeat("a", 32))})}, ErrToken},
		{"ath with padding", []string{claims(object{"ath": goodClaims()["ath"].(string) + "="})}, ErrToken},
		{"the token itself as ath", []string{claims(object{"ath": accessToken})}, ErrToken},

		{"no iat", []string{claims(object{"iat": nil})}, ErrTime},
		{"an iat that is a text", []string{claims(object{"iat": "1562262616"})}, ErrTime},
		{"too old", []string{dpopAt(t0.Add(-MaxAge - time.Second))}, ErrTime},
		{"from the future", []string{dpopAt(t0.Add(MaxAhead + time.Second))}, ErrTime},
		{"in milliseconds", []string{claims(object{"iat": t0.UnixMilli()})}, ErrTime},
		{"the largest iat", []string{raw(goodH, strings.Replace(goodC, "1562262616", "9223372036854775807", 1))}, ErrTime},
		{"an iat beyond all numbers", []string{raw(goodH, strings.Replace(goodC, "1562262616", "1e300", 1))}, ErrTime},
		{"a negative iat", []string{claims(object{"iat": -1})}, ErrTime},
	} {
		_, err := Check(c.proofs, want(mine))
		if !errors.Is(err, c.want) || !errors.Is(err, jwt.ErrRejected) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// TestThumbprintsInSeveralPlaces requires the key in each place that names one.
func TestThumbprintsInSeveralPlaces(t *testing.T) {
	good := []string{proof(mine, "ES256", nil, nil)}
	my, others := thumbprintOf(mine), thumbprintOf(other)
	for name, c := range map[string]struct {
		thumbprints []string
		want        error
	}{
		"none":                     {nil, ErrKey},
		"an empty one":             {[]string{""}, ErrKey},
		"twice":                    {[]string{my, my}, nil},
		"another in the second":    {[]string{my, others}, ErrKey},
		"another in the first":     {[]string{others, my}, ErrKey},
		"with padding":             {[]string{my + "="}, ErrKey},
		"the certificate's digits": {[]string{strings.ToUpper(my)}, ErrKey},
	} {
		r := want(mine)
		r.Thumbprints = c.thumbprints
		if _, err := Check(good, r); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// TestURLs compares a htu with the URL of a request: the stage is part of the path at the API's own address, and not at
// a custom domain.
// Sources: https://github.com/localstack/localstack/pull/12296 (requestContext.path for custom domains) and
// https://gist.github.com/GREsau/444c7d4d0bb9e8c82dd1a585931028bd. The escape is of an event that was recorded on AWS:
// https://github.com/hotsock/voker/blob/a1c00bf491e0/vokerhttp/testdata/apigwv1-request.json
func TestURLs(t *testing.T) {
	const api = "abcdef1234.execute-api.eu-west-1.amazonaws.com"
	for _, c := range []struct {
		name, host, path, htu string
		want                  bool
	}{
		{"the API's own address", api, "/prod/orders", "https://" + api + "/prod/orders", true},
		{"its address without the stage", api, "/prod/orders", "https://" + api + "/orders", false},
		{"a custom domain", "api.example.com", "/orders", "https://api.example.com/orders", true},
		{"a custom domain with the stage", "api.example.com", "/orders", "https://api.example.com/prod/orders", false},
		{"a base path", "api.example.com", "/shop/v1/orders", "https://api.example.com/shop/v1/orders", true},
		{"a base path that is left out", "api.example.com", "/shop/orders", "https://api.example.com/orders", false},
		{"a proof for the custom domain at the API's address", api, "/prod/orders", "https://api.example.com/orders", false},
		{"a slash at the end of the request", "api.example.com", "/orders/", "https://api.example.com/orders", false},
		{"the same slash in both", "api.example.com", "/orders/", "https://api.example.com/orders/", true},
		{"an escape at the API's own address", api, "/live/capture/space%20value",
			"https://" + api + "/live/capture/space%20value", true},
		{"an escaped slash", "api.example.com", "/orders/a%2Fb", "https://api.example.com/orders/a%2fb", true},
		{"an escaped slash in one", "api.example.com", "/orders/a%2Fb", "https://api.example.com/orders/a/b", false},
		{"another case of a letter", "api.example.com", "/Orders", "https://api.example.com/orders", false},
		{"a request with dot segments", "api.example.com", "/a/../orders", "https://api.example.com/a/../orders", false},
		{"a request with an incomplete escape", "api.example.com", "/orders/%", "https://api.example.com/orders/%", false},
		{"no host in the event", "", "/orders", "https:///orders", false},
	} {
		if got := (URL{Host: c.host, Path: c.path, Stage: "prod"}).is(c.htu, false); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestUnder compares a htu with the URLs of a request whose path is known below a base URL, which clients call at a
// proxy.
func TestUnder(t *testing.T) {
	const root, shop = "https://api.example.com", "https://shop.example.com/api"
	for _, c := range []struct {
		name, base, path, htu string
		want                  bool
	}{
		{"a host", root, "/orders", "https://api.example.com/orders", true},
		{"its root", root, "/", "https://api.example.com/", true},
		{"its root without a path", root, "/", "https://api.example.com", true},
		{"a prefix", shop, "/orders", "https://shop.example.com/api/orders", true},
		{"the root of a prefix", shop, "/", "https://shop.example.com/api/", true},
		{"the root of a prefix without a slash", shop, "/", "https://shop.example.com/api", true},
		{"scheme and host in upper case", shop, "/orders", "HTTPS://SHOP.example.com/api/orders", true},
		{"the port 443", shop, "/orders", "https://shop.example.com:443/api/orders", true},
		{"another port of the base", "https://shop.example.com:8443", "/a", "https://shop.example.com:8443/a", true},
		{"an escape in another case", shop, "/a%2Fb", "https://shop.example.com/api/a%2fb", true},
		{"without the prefix", shop, "/orders", "https://shop.example.com/orders", false},
		{"with the prefix twice", shop, "/orders", "https://shop.example.com/api/api/orders", false},
		{"the prefix in upper case", shop, "/orders", "https://shop.example.com/API/orders", false},
		{"a longer prefix", shop, "/orders", "https://shop.example.com/apis/orders", false},
		{"a prefix that ends in the path", shop, "/orders", "https://shop.example.com/apiorders", false},
		{"another host", shop, "/orders", "https://www.example.com/api/orders", false},
		{"a host that begins with it", shop, "/orders", "https://shop.example.com.evil.example/api/orders", false},
		{"another port", shop, "/orders", "https://shop.example.com:8443/api/orders", false},
		{"the port 443 for another", "https://shop.example.com:8443", "/a", "https://shop.example.com:443/a", false},
		{"http", shop, "/orders", "http://shop.example.com/api/orders", false},
		{"a slash at the end", shop, "/orders", "https://shop.example.com/api/orders/", false},
		{"no slash at the end of the request's", shop, "/orders/", "https://shop.example.com/api/orders", false},
		{"a query", shop, "/orders", "https://shop.example.com/api/orders?a=b", false},
		{"an empty query at the root", shop, "/", "https://shop.example.com/api?", false},
		{"a fragment", shop, "/orders", "https://shop.example.com/api/orders#a", false},
		{"a user", shop, "/orders", "https://shop.example.com@evil.example/api/orders", false},
		{"dot segments", shop, "/orders", "https://shop.example.com/x/../api/orders", false},
		{"a request with dot segments", shop, "/../orders", "https://shop.example.com/orders", false},
	} {
		got := slices.ContainsFunc(Under(c.base, c.path), func(u URL) bool { return u.is(c.htu, false) })
		if got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestSeveralURLs accepts a proof for any of a request's URLs, and says all of them if it refuses one.
func TestSeveralURLs(t *testing.T) {
	r := want(mine)
	r.URLs = append(r.URLs, URL{Host: "shop.example.com", Path: "/orders/7"})
	for htu, ok := range map[string]bool{
		"https://api.example.com/v1/orders/7":  true,
		"https://shop.example.com/orders/7":    true,
		"https://shop.example.com/v1/orders/7": false,
		"https://api.example.com/orders/7":     false,
	} {
		_, err := Check([]string{proof(mine, "ES256", nil, object{"htu": htu})}, r)
		if (err == nil) != ok {
			t.Errorf("%s: got %v, want accepted: %v", htu, err, ok)
		}
		if ok {
			continue
		}
		got, expected := jwt.Mismatch(err)
		const both = "https://api.example.com/v1/orders/7 or https://shop.example.com/orders/7"
		if got != htu || expected != both {
			t.Errorf("%s: got %q and %q, want both URLs: %q", htu, got, expected, both)
		}
	}
	r.URLs = nil
	if _, err := Check([]string{proof(mine, "ES256", nil, nil)}, r); !errors.Is(err, ErrURL) {
		t.Errorf("without a URL: got %v, want %v", err, ErrURL)
	}
}

// TestProofID gives two proofs the same ID only if both the key and the jti are the same.
func TestProofID(t *testing.T) {
	id := func(k *authztest.Key, jti string, iat time.Time) string {
		got, err := Check([]string{proof(k, "ES256", nil, object{"jti": jti, "iat": iat.Unix()})}, want(k))
		if err != nil {
			t.Fatal(err)
		}
		return got.ID
	}
	first := id(mine, "a", t0)
	if again := id(mine, "a", t0.Add(-time.Second)); again != first {
		t.Error("the same jti with another iat has another ID")
	}
	if id(mine, "b", t0) == first || id(other, "a", t0) == first {
		t.Error("another jti or key has the same ID")
	}
}
