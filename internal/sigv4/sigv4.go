// Package sigv4 verifies AWS Signature Version 4 on incoming requests, in the Authorization header and in the query
// (presigned) form, and refuses in the words that API Gateway uses.
//
//	verifier := sigv4.Verifier{Region: "eu-central-1", Lookup: keys}
//	identity, err := verifier.Verify(r, r.URL.EscapedPath(), r.URL.RawQuery, body)
//
// It does not sign, it does not know who a key belongs to or what that principal may do, and it does not do Signature
// Version 4A or streamed (chunked) signatures. curl --aws-sigv4 and every AWS SDK sign.
//
// The algorithm is that of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html,
// the order of the checks is the one recorded on AWS by https://github.com/mhart/dynalite (index.js).
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	isoBasic   = "20060102T150405Z"

	// DefaultService is the service that requests to an API Gateway stage are signed for.
	DefaultService = "execute-api"

	// skew is how far the time of a signature may be from now. API Gateway's messages show it:
	// https://github.com/mhart/aws4/issues/118 ("20201027T130007Z - 5 min.").
	skew = 5 * time.Minute
)

// Key is what belongs to an access key ID.
type Key struct {
	Secret string // the secret access key; a key with an empty one verifies nothing

	// SessionToken is set for temporary credentials: requests must carry exactly this X-Amz-Security-Token. For
	// long-term credentials it is empty, and a request that carries a token is refused.
	SessionToken string
}

// Verifier verifies requests. Its fields are read only; one verifier serves any number of goroutines.
type Verifier struct {
	Region  string // the region of the API, as "eu-central-1"; required
	Service string // default [DefaultService]

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
	service := v.Service
	if service == "" {
		service = DefaultService
	}
	if err := c.checkTime(now().UTC()); err != nil {
		return Identity{}, err
	}
	if err := c.checkHostSigned(); err != nil {
		return Identity{}, err
	}
	if err := c.checkScope(v.Region, service); err != nil {
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

// checkTime holds the claim against the clock. A presigned request lives from its date for X-Amz-Expires seconds.
func (c *claim) checkTime(now time.Time) error {
	life := skew
	if c.expires > 0 {
		life = c.expires
	}
	if earliest := now.Add(-life); c.date.Before(earliest) {
		return &Error{Kind: ErrExpired, Type: typeInvalidSignature,
			Message: fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s.)",
				c.date.Format(isoBasic), earliest.Format(isoBasic), now.Format(isoBasic), minutes(life))}
	}
	if latest := now.Add(skew); c.date.After(latest) {
		return &Error{Kind: ErrExpired, Type: typeInvalidSignature,
			Message: fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s.)",
				c.date.Format(isoBasic), latest.Format(isoBasic), now.Format(isoBasic), minutes(skew))}
	}
	return nil
}

func minutes(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d sec", d/time.Second)
}

// checkHostSigned refuses a signature that would hold for any host.
func (c *claim) checkHostSigned() error {
	for _, name := range c.signedHeaders {
		if name == "host" {
			return nil
		}
	}
	return &Error{Kind: ErrIncomplete, Type: typeInvalidSignature,
		Message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}
}

// checkScope compares what the key was derived for with what this API is. All that is wrong is said at once, as AWS does.
func (c *claim) checkScope(region, service string) error {
	var wrong []string
	if c.region != region {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", c.region))
	}
	if c.service != service {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", service))
	}
	if c.terminator != terminator {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped with a valid terminator: '%s', not '%s'. ", terminator, c.terminator))
	}
	if day := c.date.Format("20060102"); c.day != day {
		wrong = append(wrong, fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "+
			"'%s' != '%s', from '%s'. ", c.day, day, c.date.Format(isoBasic)))
	}
	if wrong == nil {
		return nil
	}
	return &Error{Kind: ErrScope, Type: typeInvalidSignature, Message: strings.Join(wrong, "")}
}

// stringToSign binds the canonical request to a time and to the scope of the key.
func stringToSign(c *claim, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return algorithm + "\n" + c.date.Format(isoBasic) + "\n" +
		c.day + "/" + c.region + "/" + c.service + "/" + c.terminator + "\n" + hex.EncodeToString(sum[:])
}

// signature derives the signing key from the secret and signs with it.
func signature(secret string, c *claim, toSign string) string {
	key := []byte("AWS4" + secret)
	for _, part := range [...]string{c.day, c.region, c.service, c.terminator, toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
