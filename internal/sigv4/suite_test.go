package sigv4

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The facts of AWS's signature version 4 test suite (requests and their signatures), in a form of our own. Sources:
// tests/aws-signing-test-suite/v4 of https://github.com/awslabs/aws-c-auth, packages/signature-v4/src/suite.fixture.ts
// of https://github.com/aws/aws-sdk-js-v3, and get-percent-encoded from https://github.com/smithy-lang/smithy-kotlin.
// All three are licensed under the Apache License 2.0, copyright Amazon.com, Inc. or its affiliates.
//
// The canonical request and the string to sign are hashed into the signature: a signature that is right proves them.
const (
	suiteKey    = "AKIDEXAMPLE"
	suiteSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	suiteToken  = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
	suiteScope  = "20150830/us-east-1/service/aws4_request"
	suiteDate   = "20150830T123600Z"
	suiteHost   = "example.amazonaws.com"
)

type suiteCase struct {
	name      string
	method    string
	target    string   // path, "?" and query as in the suite's request line
	headers   []string // "Name:value", in addition to Host and X-Amz-Date
	body      string
	signed    string // SignedHeaders
	signature string
	token     string // session token of the credentials
	refused   bool   // signed over another canonical form than the one AWS documents for services other than S3
}

const vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
const unreservedChars = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

var suite = []suiteCase{
	{name: "get-vanilla", target: "/", signature: vanilla},
	{name: "get-vanilla-query", target: "/", signature: vanilla},
	{name: "get-header-key-duplicate", target: "/",
		headers:   []string{"My-Header1:value2", "My-Header1:value2", "My-Header1:value1"},
		signed:    "host;my-header1;x-amz-date",
		signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
	{name: "get-header-value-multiline", target: "/", headers: []string{"My-Header1:value1,value2,value3"},
		signed:    "host;my-header1;x-amz-date",
		signature: "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"},
	{name: "get-header-value-order", target: "/",
		headers:   []string{"My-Header1:value4", "My-Header1:value1", "My-Header1:value3", "My-Header1:value2"},
		signed:    "host;my-header1;x-amz-date",
		signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
	{name: "get-header-value-trim", target: "/", headers: []string{"My-Header1: value1", `My-Header2: "a   b   c"`},
		signed:    "host;my-header1;my-header2;x-amz-date",
		signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	{name: "get-unreserved", target: "/" + unreservedChars,
		signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
	{name: "get-utf8", target: "/ሴ", signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
	{name: "get-percent-encoded", target: "/foo/bar/baz%3Cqux%3Aquux",
		signature: "64ee2b4fb5e80890c58f8ccc1221231f3e3a556ba0f9c485d32bb2742a74e8ac"},
	{name: "get-vanilla-empty-query-key", target: "/?Param1=value1",
		signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
	{name: "get-vanilla-query-order-key-case", target: "/?Param2=value2&Param1=value1",
		signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	{name: "get-vanilla-query-order-encoded", target: "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
		signature: "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
	{name: "get-vanilla-query-unreserved", target: "/?" + unreservedChars + "=" + unreservedChars,
		signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
	{name: "get-vanilla-utf8-query", target: "/?ሴ=bar",
		signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
	{name: "get-vanilla-with-session-token", target: "/", token: suiteToken,
		headers:   []string{"X-Amz-Security-Token:" + suiteToken},
		signed:    "host;x-amz-date;x-amz-security-token",
		signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
	{name: "get-relative-normalized", target: "/example/..", signature: vanilla},
	{name: "get-relative-relative-normalized", target: "/example1/example2/../..", signature: vanilla},
	{name: "get-slash-normalized", target: "//", signature: vanilla},
	{name: "get-slash-dot-slash-normalized", target: "/./", signature: vanilla},
	{name: "get-slash-pointless-dot-normalized", target: "/./example",
		signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
	{name: "get-slashes-normalized", target: "//example//",
		signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
	{name: "get-space-normalized", target: "/example space/",
		signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
	{name: "get-relative-unnormalized", target: "/example/..",
		signature: "eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282",
		refused:   true},
	{name: "get-slashes-unnormalized", target: "//example//",
		signature: "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5",
		refused:   true},
	{name: "get-slash-dot-slash-unnormalized", target: "/./",
		signature: "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145",
		refused:   true},
	{name: "post-vanilla", method: "POST", target: "/",
		signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
	{name: "post-header-key-sort", method: "POST", target: "/", headers: []string{"My-Header1:value1"},
		signed:    "host;my-header1;x-amz-date",
		signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
	{name: "post-header-value-case", method: "POST", target: "/", headers: []string{"My-Header1:VALUE1"},
		signed:    "host;my-header1;x-amz-date",
		signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
	{name: "post-vanilla-query", method: "POST", target: "/?Param1=value1",
		signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
	{name: "post-vanilla-query-nonunreserved", method: "POST", target: "/?@#$%^&+=/,?><`\";:\\|][{}",
		signature: "66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e"},
	{name: "post-vanilla-query-space", method: "POST", target: "/?p=",
		signature: "e71688addb58a26418614085fb730ba3faa623b461c17f48f2fbdb9361b94a9b"},
	{name: "post-x-www-form-urlencoded", method: "POST", target: "/",
		headers:   []string{"Content-Type:application/x-www-form-urlencoded"},
		body:      "Param1=value1",
		signed:    "content-type;host;x-amz-date",
		signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	{name: "post-x-www-form-urlencoded-parameters", method: "POST", target: "/",
		headers:   []string{"Content-Type:application/x-www-form-urlencoded; charset=utf8"},
		body:      "Param1=value1",
		signed:    "content-type;host;x-amz-date",
		signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
}

// Presigned cases: the suite signs them with X-Amz-Expires=3600.
var presignedSuite = []suiteCase{
	{name: "get-header-value-trim", target: "/", headers: []string{"My-Header1: value1", `My-Header2: "a   b   c"`},
		signed:    "host;my-header1;my-header2",
		signature: "e7bb0fd515e125e1aec2ecc4c0c17484fb06f6846b927c35e46005dd3df3acd4"},
	{name: "get-vanilla-utf8-query", target: "/?ሴ=bar", signed: "host",
		signature: "0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600"},
	{name: "get-vanilla-query-order-key-case", target: "/?Param2=value2&Param1=value1", signed: "host",
		signature: "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5"},
}

func suiteVerifier(token string) *Verifier {
	return &Verifier{
		Region:  "us-east-1",
		Service: "service",
		Lookup: func(id string) (Key, bool) {
			return Key{Secret: suiteSecret, SessionToken: token}, id == suiteKey
		},
		Now: func() time.Time { return time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC) },
	}
}

// request makes the suite's request. X-Amz-Date is added in both forms, as the suite does.
func (c suiteCase) request() (r *http.Request, path, query string) {
	r = &http.Request{Method: c.method, Host: suiteHost, Header: http.Header{"X-Amz-Date": {suiteDate}}}
	if r.Method == "" {
		r.Method = "GET"
	}
	for _, h := range c.headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Add(name, value)
	}
	path, query, _ = strings.Cut(c.target, "?")
	return r, path, query
}

func TestPublishedCases(t *testing.T) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) {
			r, path, query := c.request()
			signed := c.signed
			if signed == "" {
				signed = "host;x-amz-date"
			}
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+suiteKey+"/"+suiteScope+
				", SignedHeaders="+signed+", Signature="+c.signature)
			checkSuite(t, c, r, path, query, false)
		})
	}
}

func TestPublishedPresignedCases(t *testing.T) {
	for _, c := range presignedSuite {
		t.Run(c.name, func(t *testing.T) {
			r, path, query := c.request()
			if query != "" {
				query += "&"
			}
			query += "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + suiteKey + "%2F" + strings.ReplaceAll(suiteScope,
				"/", "%2F") +
				"&X-Amz-Date=" + suiteDate + "&X-Amz-SignedHeaders=" + strings.ReplaceAll(c.signed, ";", "%3B") +
				"&X-Amz-Expires=3600&X-Amz-Signature=" + c.signature
			checkSuite(t, c, r, path, query, true)
		})
	}
}

func checkSuite(t *testing.T, c suiteCase, r *http.Request, path, query string, presigned bool) {
	t.Helper()
	id, err := suiteVerifier(c.token).Verify(r, path, query, []byte(c.body))
	switch {
	case c.refused:
		if !errors.Is(err, ErrMismatch) {
			t.Fatalf("got %v, %v, want %v", id, err, ErrMismatch)
		}
	case err != nil:
		t.Fatal(err)
	case id.AccessKeyID != suiteKey || id.Presigned != presigned || id.SignedAt.Format(isoBasic) != suiteDate:
		t.Fatalf("got %+v", id)
	}
}

// TestMismatchShowsWhatAWSShows compares the text with the published canonical request and string to sign of
// get-vanilla-query-order-key-case (query form, in the suite's revision without X-Amz-Expires).
func TestMismatchShowsWhatAWSShows(t *testing.T) {
	c := presignedSuite[2]
	r, path, query := c.request()
	query += "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + suiteKey + "%2F" + strings.ReplaceAll(suiteScope, "/",
		"%2F") +
		"&X-Amz-Date=" + suiteDate + "&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
	_, err := suiteVerifier("").Verify(r, path, query, nil)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	const want = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n" +
		"The Canonical String for this request should have been\n'" +
		"GET\n/\nParam1=value1&Param2=value2&X-Amz-Algorithm=AWS4-HMAC-SHA256&" +
		"X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&" +
		"X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host\nhost:example.amazonaws.com\n\nhost\n" +
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'" +
		"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n" +
		"eb1512f5ed1470925b7b1072c2108953680032d6bc3ccbef8eb7c6fdf1639827'\n"
	if e.Message != want {
		t.Errorf("got\n%s\nwant\n%s", e.Message, want)
	}
}
