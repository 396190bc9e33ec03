package sigv4

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Signer signs requests with the key of an access key ID.
type Signer struct {
	AccessKeyID string
	Key         Key
	Region      string // the region of the service, such as "eu-central-1"; required
	Service     string // default [defaultService]
}

// Sign signs r at the given time. It sets the headers Authorization and X-Amz-Date and, for temporary credentials,
// X-Amz-Security-Token. The signature covers the verb, the path and the query of r.URL, r.Host, the body, and all
// headers that r has. Headers that change on the way must be set after signing.
func (s Signer) Sign(r *http.Request, body []byte, at time.Time) {
	at = at.UTC()
	r.Header.Del("Authorization")
	r.Header.Set(qDate, at.Format(isoBasic))
	if s.Key.SessionToken != "" {
		r.Header.Set(qToken, s.Key.SessionToken)
	}
	path := r.URL.EscapedPath()
	if s.Service == "s3" {
		// "Each path segment must be URI-encoded twice (except for Amazon S3 which only gets URI-encoded once)", and S3
		// wants the hash of the body in a header.
		// Source: the page that canonicalRequest names.
		path = r.URL.Path
		sum := sha256.Sum256(body)
		r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	}
	c := claim{
		day: at.Format("20060102"), region: s.Region, service: cmp.Or(s.Service, defaultService), terminator: terminator,
		date: at, signedHeaders: []string{"host"},
	}
	for name := range r.Header {
		c.signedHeaders = append(c.signedHeaders, strings.ToLower(name))
	}
	slices.Sort(c.signedHeaders)
	toSign := stringToSign(&c, canonicalRequest(r, path, r.URL.RawQuery, &c, body))
	r.Header.Set("Authorization", algorithm+" Credential="+s.AccessKeyID+"/"+c.scope()+
		", SignedHeaders="+strings.Join(c.signedHeaders, ";")+", Signature="+signature(s.Key.Secret, &c, toSign))
}
