// Package sigv4 signs requests with AWS Signature Version 4, and verifies the signatures of incoming requests, both in
// the Authorization header and in the query (presigned). It rejects requests with API Gateway's own messages.
//
//	sigv4.Signer{AccessKeyID: id, Key: key, Region: "eu-central-1"}.Sign(r, body, time.Now())
//
//	verifier := sigv4.Verifier{Region: "eu-central-1", Lookup: keys}
//	identity, err := verifier.Verify(r, r.URL.EscapedPath(), r.URL.RawQuery, body)
//
// It does not presign, it does not know the principal of a key or what that principal may do, and it does not support
// Signature Version 4A or streamed (chunked) signatures.
//
// The algorithm follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, and
// the order of the checks was recorded on AWS by https://github.com/mhart/dynalite (index.js).
package sigv4

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"time"
)

// Verifier verifies requests. It only reads its fields, so it is safe for concurrent use.
type Verifier struct {
	Region  string // the region of the API, such as "eu-central-1"; required
	Service string // default [defaultService]

	// Lookup finds an access key ID; required. It must be safe for concurrent use.
	Lookup func(accessKeyID string) (Key, bool)

	Now func() time.Time // default [time.Now]
}

// Identity is what a valid signature proves.
type Identity struct {
	AccessKeyID string
	SignedAt    time.Time // by the signer's clock, in whole seconds, UTC
	Presigned   bool      // the signature was in the query
}

// Verify checks the signature of r. rawPath and rawQuery are the two parts of the request target as received, neither
// decoded nor cleaned; the path includes the stage, which is signed. body is the whole body. Verify reads r.Method,
// r.Host, r.Header and r.ContentLength, and does not change r.
//
// The error is always an [*Error] of one of the kinds [ErrMissingToken], [ErrIncomplete], [ErrExpired], [ErrScope],
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
