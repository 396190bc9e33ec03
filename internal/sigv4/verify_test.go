package sigv4

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// suiteAuth has the signature of get-vanilla in the test suite. Each case changes one part of a valid request.
const suiteAuth = "AWS4-HMAC-SHA256 Credential=" + suiteKey + "/" + suiteScope +
	", SignedHeaders=host;x-amz-date, Signature=" + vanilla

func TestRefusals(t *testing.T) {
	const presigned = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + suiteKey +
		"%2F20150830%2Fus-east-1%2Fservice%2Faws4_request" +
		"&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=60&X-Amz-Signature=00"
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	auth := func(value string) func(*http.Request) { return set("Authorization", value) }
	replaced := func(old, new string) func(*http.Request) { return auth(strings.Replace(suiteAuth, old, new, 1)) }
	hashed := func(header string) string {
		return "(Hashed with SHA-256 and encoded with Base64) Authorization=" + fingerprint(header)
	}

	for _, c := range []struct {
		name    string
		spoil   func(*http.Request)
		query   string
		later   time.Duration // how long after the signature the request arrives
		kind    error
		typ     string
		message string // how the message starts
	}{
		{name: "no header: not signed", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			kind:    ErrMissingToken,
			typ:     "MissingAuthenticationTokenException",
			message: "Missing Authentication Token"},
		{name: "an empty header: not signed", spoil: auth(""),
			kind:    ErrMissingToken,
			typ:     "MissingAuthenticationTokenException",
			message: "Missing Authentication Token"},
		{name: "a bearer token: what AWS says, without the token", spoil: auth("Bearer eyJ.e30.x"),
			kind: ErrIncomplete,
			typ:  "IncompleteSignatureException",
			message: "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded " +
				"with Base64): '" + fingerprint("Bearer eyJ.e30.x") + "'."},
		{name: "basic: has an equal sign, lacks all else", spoil: auth("Basic dTpw="),
			kind: ErrIncomplete,
			typ:  "IncompleteSignatureException",
			message: "Authorization header requires 'Credential' parameter. " +
				"Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter. " + hashed("Basic dTpw=")},
		{name: "no date", spoil: func(r *http.Request) { r.Header.Del("X-Amz-Date") },
			kind: ErrIncomplete,
			typ:  "IncompleteSignatureException",
			message: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
				hashed(suiteAuth)},
		{name: "no signature", spoil: replaced(", Signature="+vanilla, ""),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "Authorization header requires 'Signature' parameter. "},
		{name: "one parameter twice", spoil: auth(suiteAuth + ", Signature=00"),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "Authorization header has a parameter twice."},
		{name: "two headers", spoil: func(r *http.Request) { r.Header.Add("Authorization", suiteAuth) },
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "Authorization header must be sent once."},
		{name: "a date that is not ISO basic", spoil: set("X-Amz-Date", "Sun, 30 Aug 2015 12:36:00 GMT"),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "Date must be in ISO-8601 'basic format'. Got 'Sun, 30 Aug 2015 12:36:00 GMT'."},
		{name: "another algorithm", spoil: replaced("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). "},
		{name: "a credential of four parts", spoil: replaced("/aws4_request", ""),
			kind: ErrIncomplete,
			typ:  "IncompleteSignatureException",
			message: "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got " +
				"'AKIDEXAMPLE/20150830/us-east-1/service'"},
		{name: "late by more than five minutes", later: 5*time.Minute + time.Second,
			kind:    ErrExpired,
			typ:     "InvalidSignatureException",
			message: "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"},
		{name: "early by more than five minutes", later: -5*time.Minute - time.Second,
			kind: ErrExpired,
			typ:  "InvalidSignatureException",
			message: "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z " +
				"(20150830T123059Z + 5 min.)"},
		{name: "the host is not signed", spoil: replaced("host;x-amz-date", "x-amz-date"),
			kind:    ErrIncomplete,
			typ:     "InvalidSignatureException",
			message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{name: "another region", spoil: replaced("us-east-1", "eu-west-1"),
			kind:    ErrScope,
			typ:     "InvalidSignatureException",
			message: "Credential should be scoped to a valid region, not 'eu-west-1'. "},
		{name: "everything in the scope is wrong", spoil: replaced(suiteScope, "20150829/a/b/c"),
			kind: ErrScope,
			typ:  "InvalidSignatureException",
			message: "Credential should be scoped to a valid region, not 'a'. Credential should be scoped to correct service: " +
				"'service'. Credential should be scoped with a valid terminator: 'aws4_request', not 'c'. Date in Credential " +
				"scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
				"'20150829' != '20150830', from '20150830T123600Z'. "},
		{name: "an unknown key", spoil: replaced(suiteKey, "AKIDOTHER"),
			kind:    ErrUnknownKey,
			typ:     "UnrecognizedClientException",
			message: "The security token included in the request is invalid."},
		{name: "a session token for a key that has none", spoil: set("X-Amz-Security-Token", "t"),
			kind:    ErrUnknownKey,
			typ:     "UnrecognizedClientException",
			message: "The security token included in the request is invalid."},
		{name: "another host", spoil: func(r *http.Request) { r.Host = "example.org" },
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
		{name: "another verb", spoil: func(r *http.Request) { r.Method = "DELETE" },
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
		{name: "a parameter more", query: "admin=1",
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
		{name: "the signature in capitals is another one", spoil: replaced(vanilla, strings.ToUpper(vanilla)),
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
		{name: "UNSIGNED-PAYLOAD: only S3 takes it", spoil: set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), query: "a",
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
		{name: "presigned, parts missing", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=%zz",
			kind:  ErrIncomplete,
			typ:   "IncompleteSignatureException",
			message: "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include " +
				"'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters " +
				"must include 'X-Amz-Date'. Re-examine the query-string parameters."},
		{name: "presigned for no time", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   strings.Replace(presigned, "=60", "=0", 1),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{name: "presigned for a negative time", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   strings.Replace(presigned, "=60", "=-60", 1),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{name: "presigned for a word", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   strings.Replace(presigned, "=60", "=x", 1),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{name: "presigned for a second, and expired", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   strings.Replace(presigned, "=60", "=1", 1),
			later:   2 * time.Second,
			kind:    ErrExpired,
			typ:     "InvalidSignatureException",
			message: "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123602Z - 1 sec.)"},
		{name: "presigned for longer than a week", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   strings.Replace(presigned, "=60", "=604801", 1),
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{name: "presigned, expired", spoil: func(r *http.Request) { r.Header.Del("Authorization") }, query: presigned,
			later:   61 * time.Second,
			kind:    ErrExpired,
			typ:     "InvalidSignatureException",
			message: "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123701Z - 1 min.)"},
		{name: "a signature in the query alone", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   "X-Amz-Signature=00",
			kind:    ErrIncomplete,
			typ:     "IncompleteSignatureException",
			message: "AWS query-string parameters must include 'X-Amz-Algorithm'."},
		{name: "signed in the header, with a signature in the query that is not signed",
			query:   "X-Amz-Signature=" + vanilla,
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
		{name: "presigned, in time, wrong signature", spoil: func(r *http.Request) { r.Header.Del("Authorization") },
			query:   presigned,
			later:   60 * time.Second,
			kind:    ErrMismatch,
			typ:     "InvalidSignatureException",
			message: "The request signature we calculated does not match"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, path, query := suite[0].request()
			r.Header.Set("Authorization", suiteAuth)
			if c.spoil != nil {
				c.spoil(r)
			}
			v := suiteVerifier("")
			signed := v.Now()
			v.Now = func() time.Time { return signed.Add(c.later) }
			id, err := v.Verify(r, path, query+c.query, nil)
			var e *Error
			if !errors.As(err, &e) || id != (Identity{}) {
				t.Fatalf("got %+v, %v", id, err)
			}
			if !errors.Is(err, c.kind) || e.Type != c.typ || !strings.HasPrefix(e.Message, c.message) {
				t.Errorf("got %s: %q\nwant %s: %q (%v)", e.Type, e.Message, c.typ, c.message, c.kind)
			}
			if strings.Contains(err.Error(), "eyJ") || strings.Contains(err.Error(), suiteSecret) {
				t.Errorf("a token or a secret in the error: %v", err)
			}
		})
	}
}

func TestTheWindowIsFiveMinutesBothWays(t *testing.T) {
	for _, later := range []time.Duration{-5 * time.Minute, 5 * time.Minute} {
		r, path, query := suite[0].request()
		r.Header.Set("Authorization", suiteAuth)
		v := suiteVerifier("")
		signed := v.Now()
		v.Now = func() time.Time { return signed.Add(later) }
		if _, err := v.Verify(r, path, query, nil); err != nil {
			t.Errorf("%v after signing: %v", later, err)
		}
	}
}

// The header Date serves where X-Amz-Date is missing.
func TestDate(t *testing.T) {
	r, path, query := suite[0].request()
	r.Header.Del("X-Amz-Date")
	r.Header.Set("Date", "20150830T123600Z")
	c := claim{day: "20150830", region: "us-east-1", service: "service", terminator: terminator,
		date: suiteVerifier("").Now(), signedHeaders: []string{"date", "host"}}
	auth := strings.Replace(suiteAuth, "host;x-amz-date", "date;host", 1)
	signed := signature(suiteSecret, &c, stringToSign(&c, canonicalRequest(r, path, query, &c, nil)))
	r.Header.Set("Authorization", strings.Replace(auth, vanilla, signed, 1))
	if _, err := suiteVerifier("").Verify(r, path, query, nil); err != nil {
		t.Error(err)
	}
	r.Header.Set("Date", "20150830T123601Z")
	if _, err := suiteVerifier("").Verify(r, path, query, nil); !errors.Is(err, ErrMismatch) {
		t.Errorf("another date: got %v", err)
	}
}

// The names of the signed headers may come in any order, and in any case.
func TestOrderOfSignedHeaders(t *testing.T) {
	for _, names := range []string{"host;x-amz-date", "x-amz-date;host", "X-Amz-Date;Host", "host;x-amz-date;host"} {
		r, path, query := suite[0].request()
		r.Header.Set("Authorization", strings.Replace(suiteAuth, "host;x-amz-date", names, 1))
		if _, err := suiteVerifier("").Verify(r, path, query, nil); err != nil {
			t.Errorf("%s: %v", names, err)
		}
	}
}

func TestAKeyWithoutASecretVerifiesNothing(t *testing.T) {
	r, path, query := suite[0].request()
	v := suiteVerifier("")
	// Signed with the empty secret, which a missing configuration would be.
	c := claim{day: "20150830", region: "us-east-1", service: "service", terminator: terminator, date: v.Now(),
		signedHeaders: []string{"host", "x-amz-date"}}
	forged := signature("", &c, stringToSign(&c, canonicalRequest(r, path, query, &c, nil)))
	r.Header.Set("Authorization", strings.Replace(suiteAuth, vanilla, forged, 1))
	v.Lookup = func(string) (Key, bool) { return Key{}, true }
	if _, err := v.Verify(r, path, query, nil); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("got %v, want %v", err, ErrUnknownKey)
	}
}

func TestTheWrongSessionToken(t *testing.T) {
	c := suite[14]
	if c.token == "" {
		t.Fatal("the case has moved")
	}
	for _, token := range []string{"", "another"} {
		r, path, query := c.request()
		r.Header.Set("Authorization",
			"AWS4-HMAC-SHA256 Credential="+suiteKey+"/"+suiteScope+", SignedHeaders="+c.signed+", Signature="+c.signature)
		if _, err := suiteVerifier(token).Verify(r, path, query, nil); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("token %q: got %v, want %v", token, err, ErrUnknownKey)
		}
	}
}

// net/http keeps some headers outside of the map. They can be signed, so the signature covers them.
func TestHeadersOutsideTheMap(t *testing.T) {
	sign := func(r *http.Request, name, canonical string) {
		c := claim{day: "20150830", region: "us-east-1", service: "service", terminator: terminator,
			date: suiteVerifier("").Now(), signedHeaders: []string{name, "host", "x-amz-date"}}
		lines := []string{name + ":" + canonical, "host:" + r.Host, "x-amz-date:" + r.Header.Get("X-Amz-Date")}
		slices.Sort(lines)
		slices.Sort(c.signedHeaders)
		names := strings.Join(c.signedHeaders, ";")
		request := strings.Join(slices.Concat([]string{"GET", "/", ""}, lines, []string{"", names, emptySHA256}), "\n")
		auth := strings.Replace(suiteAuth, vanilla, signature(suiteSecret, &c, stringToSign(&c, request)), 1)
		r.Header.Set("Authorization", strings.Replace(auth, "host;x-amz-date", names, 1))
	}
	for _, c := range []struct {
		name, header, canonical string
		length                  int64
		encoding                []string
		want                    error
	}{
		{"length", "content-length", "7", 7, nil, nil},
		{"no length", "content-length", "0", 0, nil, nil},
		{"another length", "content-length", "7", 8, nil, ErrMismatch},
		{"length that is not known", "content-length", "", -1, nil, nil},
		{"length that is not known, and signed", "content-length", "-1", -1, nil, ErrMismatch},
		{"length for another header", "x-length", "7", 7, nil, ErrMismatch},
		{"encoding", "transfer-encoding", "chunked", -1, []string{"chunked"}, nil},
		{"another encoding", "transfer-encoding", "gzip", -1, []string{"chunked"}, ErrMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, path, query := suite[0].request()
			r.ContentLength, r.TransferEncoding = c.length, c.encoding
			sign(r, c.header, c.canonical)
			if _, err := suiteVerifier("").Verify(r, path, query, nil); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// emptySHA256 is the hash of an empty body.
const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestUnreadable(t *testing.T) {
	for _, c := range []struct{ name, auth, want string }{
		{"none", "", ""},
		{"a signature", suiteAuth, ""},
		{"a bearer token", "Bearer eyJ.e30.x", "Invalid key=value pair (missing equal-sign) in Authorization header"},
		{"basic", "Basic dTpw=", "Authorization header requires 'Credential' parameter."},
	} {
		h := http.Header{"X-Amz-Date": {"20150830T123600Z"}}
		if c.auth != "" {
			h.Set("Authorization", c.auth)
		}
		switch got := Unreadable(h); {
		case got == nil && c.want != "":
			t.Errorf("%s: got none", c.name)
		case got != nil && (c.want == "" || !strings.HasPrefix(got.Message, c.want)):
			t.Errorf("%s: got %q", c.name, got.Message)
		}
	}
}
