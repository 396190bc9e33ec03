package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	devKey    = "AKIDDEVELOPMENT"
	devSecret = "development/secret+key"
	devRegion = "eu-central-1"
)

// serve answers 200 with the access key ID, or 403 with AWS's words, over real HTTP.
func serve(t *testing.T, token string) *httptest.Server {
	t.Helper()
	v := &Verifier{Region: devRegion, Lookup: func(id string) (Key, bool) {
		return Key{Secret: devSecret, SessionToken: token}, id == devKey
	}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		path, query, _ := strings.Cut(r.RequestURI, "?")
		id, err := v.Verify(r, path, query, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		fmt.Fprint(w, id.AccessKeyID)
	}))
	t.Cleanup(s.Close)
	return s
}

var roundTrips = []struct {
	name, method, target, body string
	header                     http.Header
}{
	{name: "plain", method: "GET", target: "/prod/orders"},
	{name: "query in any order, twice the same name", method: "GET", target: "/prod/orders?b=2&a=x&a=1&c="},
	// Only in values: this SDK sorts names before it encodes them, unlike the suite's get-vanilla-query-order-encoded.
	{name: "spaces and UTF-8", method: "GET", target: "/prod/caf%C3%A9/a%20b?q=a%20b&r=%C3%A9"},
	{name: "an encoded slash, a star, an at sign and a colon", method: "GET", target: "/prod/a%2Fb/*/@me:x"},
	{name: "a trailing slash", method: "DELETE", target: "/prod/orders/"},
	{name: "a body", method: "POST", target: "/prod/orders", body: `{"item":"tea"}`,
		header: http.Header{"Content-Type": {"application/json"}}},
	{name: "a body with a length that is signed, and a header twice", method: "PUT", target: "/prod/orders/7", body: "x",
		header: http.Header{"X-Tag": {"b", "a  c"}}},
}

func TestRequestsOfTheSDKForGo(t *testing.T) {
	for _, token := range []string{"", "session/token=="} {
		s := serve(t, token)
		creds := aws.Credentials{AccessKeyID: devKey, SecretAccessKey: devSecret, SessionToken: token}
		for _, c := range roundTrips {
			for _, presigned := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, token %q, presigned %v", c.name, token, presigned), func(t *testing.T) {
					r, err := http.NewRequest(c.method, s.URL+c.target, strings.NewReader(c.body))
					if err != nil {
						t.Fatal(err)
					}
					for name, values := range c.header {
						r.Header[name] = values
					}
					sum := sha256.Sum256([]byte(c.body))
					hash := hex.EncodeToString(sum[:])
					if presigned {
						uri, signed, err := v4.NewSigner().PresignHTTP(context.Background(), creds, r, hash, defaultService, devRegion,
							time.Now())
						if err != nil {
							t.Fatal(err)
						}
						if r, err = http.NewRequest(c.method, uri, strings.NewReader(c.body)); err != nil {
							t.Fatal(err)
						}
						for name, values := range signed {
							r.Header[name] = values
						}
					} else if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hash, defaultService, devRegion,
						time.Now()); err != nil {
						t.Fatal(err)
					}
					resp, err := s.Client().Do(r)
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					text, _ := io.ReadAll(resp.Body)
					if resp.StatusCode != http.StatusOK || string(text) != devKey {
						t.Errorf("got %d %s", resp.StatusCode, text)
					}
				})
			}
		}
	}
}

func TestRequestsOfCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed: its --aws-sigv4 is not tried")
	}
	s := serve(t, "")
	run := func(t *testing.T, secret string, args ...string) string {
		t.Helper()
		args = append([]string{"-q", "--silent", "--show-error", "--noproxy", "*", "--path-as-is", "--write-out",
			" %{http_code}", "--user", devKey + ":" + secret,
			"--aws-sigv4", "aws:amz:" + devRegion + ":" + defaultService}, args...)
		var stderr bytes.Buffer
		cmd := exec.Command(curl, args...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil && strings.Contains(stderr.String(), "aws-sigv4") {
			t.Skipf("this curl has no --aws-sigv4: %s", stderr.String())
		}
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		return string(out)
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"get", []string{s.URL + "/prod/orders"}},
		{"a query in order", []string{s.URL + "/prod/orders?a=1&b=2"}},
		{"a body", []string{"--header", "Content-Type: application/json", "--data", `{"item":"tea"}`,
			s.URL + "/prod/orders"}},
		{"another verb", []string{"--request", "DELETE", s.URL + "/prod/orders/7"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := run(t, devSecret, c.args...); got != devKey+" 200" {
				t.Errorf("got %s", got)
			}
			if got := run(t, "wrong", c.args...); !strings.HasSuffix(got, " 403") ||
				!strings.Contains(got, "The Canonical String for this request should have been") {
				t.Errorf("with the wrong secret: got %s", got)
			}
		})
	}
}
