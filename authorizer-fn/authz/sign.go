package authz

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// credentials are those of the function's role, which Lambda puts into its environment.
type credentials struct{ id, secret, token string }

// sign signs a request with AWS Signature Version 4, in its Authorization header: the host, all headers that are set, and
// the body. The request has no query, and its path needs no encoding.
//
// It is here instead of the SDK's signer, which it is tested against, as that is a tenth of what the binary may have
// beyond a bare Lambda function.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func sign(r *http.Request, body []byte, now time.Time, service, region string, c credentials) {
	date := now.UTC().Format("20060102T150405Z")
	r.Header.Set("X-Amz-Date", date)
	if c.token != "" {
		r.Header.Set("X-Amz-Security-Token", c.token)
	}
	names, lines := []string{"host"}, map[string]string{"host": r.URL.Host}
	for name, values := range r.Header {
		name = strings.ToLower(name)
		names, lines[name] = append(names, name), strings.Join(values, ",")
	}
	slices.Sort(names)
	signed := strings.Join(names, ";")

	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	canonical := r.Method + "\n" + path + "\n\n"
	for _, name := range names {
		canonical += name + ":" + lines[name] + "\n"
	}
	canonical += "\n" + signed + "\n" + hexSHA256(body)

	scope := date[:len("20060102")] + "/" + region + "/" + service + "/aws4_request"
	key := []byte("AWS4" + c.secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = hmacSHA256(key, part)
	}
	signature := hex.EncodeToString(hmacSHA256(key, "AWS4-HMAC-SHA256\n"+date+"\n"+scope+"\n"+hexSHA256([]byte(canonical))))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+c.id+"/"+scope+", SignedHeaders="+signed+", Signature="+signature)
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
