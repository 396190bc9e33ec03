package sigv4

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzVerify checks that Verify does not panic, and accepts only requests that were signed with the secret.
func FuzzVerify(f *testing.F) {
	f.Add(suiteAuth, "20150830T123600Z", "/", "a=1", "body")
	f.Add(strings.Replace(suiteAuth, "host;x-amz-date", "host;;HOST;content-length;transfer-encoding", 1),
		"20150830T123600Z", "//a/../%20", "a=%zz&&=&+", "")
	f.Add("Bearer x", "", "", "X-Amz-Signature=%", "")
	f.Add("", "20150830T123600Z", "/..",
		"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"+
			"&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=60&X-Amz-Signature=00", "")
	f.Fuzz(func(t *testing.T, auth, date, path, query, body string) {
		r := &http.Request{Method: "POST", Host: suiteHost,
			Header: http.Header{"Authorization": {auth}, "X-Amz-Date": {date}}}
		if id, err := suiteVerifier("").Verify(r, path, query, []byte(body)); err == nil {
			t.Fatalf("accepted as %+v", id)
		}
	})
}

// FuzzCanonical checks that the canonical path and query have no characters that could move the borders between parts
// of the canonical request, and that the canonical query is its own canonical form.
func FuzzCanonical(f *testing.F) {
	f.Add("/a/../b//c%2F/", "b=2&a=%20&a=+&&c", " a  b ")
	f.Add("", "%", "")
	f.Add("/\n", "\n=\x00&%0a=%0A", "x\ny")
	f.Add("/../..", "%E1%88%B4=x&%e1%88%b4=y", "")
	f.Fuzz(func(t *testing.T, path, query, header string) {
		var p, q, again strings.Builder
		writeCanonicalPath(&p, path)
		writeCanonicalQuery(&q, query, false)
		writeCanonicalQuery(&again, q.String(), false)
		if q.String() != again.String() {
			t.Errorf("canonical query %q becomes %q", q.String(), again.String())
		}
		if !strings.HasPrefix(p.String(), "/") || strings.Contains(p.String(), "//") {
			t.Errorf("canonical path %q", p.String())
		}
		for _, c := range []byte(p.String() + q.String()) {
			if !unreserved(c) && !strings.ContainsRune("/%=&", rune(c)) {
				t.Errorf("%q in %q %q", c, p.String(), q.String())
			}
		}
		var h strings.Builder
		writeHeaderValues(&h, []string{header})
		if strings.Contains(h.String(), "  ") || h.String() != strings.TrimSpace(h.String()) {
			t.Errorf("header value %q", h.String())
		}
	})
}
