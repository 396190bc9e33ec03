// Package sigv4 signs requests with AWS Signature Version 4, and verifies the signatures of incoming ones: in the
// Authorization header and in the query (presigned) form. It refuses a request in the words that API Gateway uses.
//
//	sigv4.Signer{AccessKeyID: id, Key: key, Region: "eu-central-1"}.Sign(r, body, time.Now())
//
//	verifier := sigv4.Verifier{Region: "eu-central-1", Lookup: keys}
//	identity, err := verifier.Verify(r, r.URL.EscapedPath(), r.URL.RawQuery, body)
//
// It does not presign, it does not know the principal of a key or what that principal may do, and it does not support
// Signature Version 4A or streamed (chunked) signatures.
//
// The algorithm is that of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html,
// the order of the checks is the one recorded on AWS by https://github.com/mhart/dynalite (index.js).
package sigv4

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"time"
)

// Verifier verifies requests. Its fields are read only; one verifier serves any number of goroutines.
type Verifier struct {
	Region  string // the region of the API, as "eu-central-1"; required
	Service string // default [defaultService]

	// Lookup finds an access key ID; required. It must be safe for concurrent use.
	Lookup func(accessKeyID string) (Key, bool)

	Now func() time.Time // default [time.Now]
}

// Identity is what a valid signature proves.
type Identity struct {
	AccessKeyID string
	SignedAt    time.Time // by the signer's clock, whole seconds, UTC
	Presigned   bool      // the signature was in the query
}

// Verify checks the signature of r. rawPath and rawQuery are the two parts of the request target as they came over the
// wire, neither decoded nor cleaned (with the stage, which is a part of the signed path); body is the whole body.
// r.Method, r.Host, r.Header and r.ContentLength are read, and r is not changed.
//
// The error is always an [*Error], of one of the kinds [ErrMissingToken], [ErrIncomplete], [ErrExpired], [ErrScope],
// [ErrUnknownKey] and [ErrMismatch].
func (v *Verifier) Verify(r *http.Request, rawPath, rawQuery string, body []byte) (Identity, error) {
	c, err := readClaim(r.Header, rawQuery)
	if err != nil {
		return Identity{}, err
	}
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	if err := c.checkTime(now().UTC()); err != nil {
		return Identity{}, err
	}
	if err := c.checkHostSigned(); err != nil {
		return Identity{}, err
	}
	if err := c.checkScope(v.Region, cmp.Or(v.Service, defaultService)); err != nil {
		return Identity{}, err
	}
	key, ok := v.Lookup(c.accessKeyID)
	if !ok || key.Secret == "" {
		return Identity{}, unknownKey("the access key ID is not one of those configured")
	}

	canonical := canonicalRequest(r, rawPath, rawQuery, &c, body)
	toSign := stringToSign(&c, canonical)
	want := signature(key.Secret, &c, toSign)
	if subtle.ConstantTimeCompare([]byte(want), []byte(c.signature)) != 1 {
		return Identity{}, mismatch(canonical, toSign)
	}
	if subtle.ConstantTimeCompare([]byte(key.SessionToken), []byte(c.token)) != 1 {
		return Identity{}, unknownKey("X-Amz-Security-Token is not the token of this access key ID")
	}
	return Identity{AccessKeyID: c.accessKeyID, SignedAt: c.date, Presigned: c.presigned}, nil
}
