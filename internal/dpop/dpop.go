// Package dpop checks DPoP proofs at a resource server (RFC 9449): that a request was made by the holder of the key
// that its access token is bound to.
//
// It checks one proof with one request. It does not verify access tokens, does not remember proofs, and issues no
// nonces.
package dpop

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// MaxAge and MaxAhead limit the iat of a proof: how long before and after now it may be, in addition to the leeway for
// the client's clock. RFC 9449, section 11.1 recommends seconds or minutes.
const (
	MaxAge   = 60 * time.Second
	MaxAhead = 5 * time.Second
)

// maxID limits jti in bytes, so that memory of used proofs has small keys.
const maxID = 256

// Type is the typ of proofs (RFC 9449, section 4.2).
const Type = "dpop+jwt"

// Scheme is the scheme of the Authorization header in lower case (RFC 9449, section 7.1).
const Scheme = "dpop"

// Header is the name of the header that has the proof.
const Header = "DPoP"

// ThumbprintMember is the member of cnf that names the key of the client (RFC 9449, section 6.1).
const ThumbprintMember = "jkt"

// The reasons for refusing a proof, each of which is also a [jwt.ErrRejected].
var (
	// ErrProof means that the request does not have exactly one valid proof.
	ErrProof = fmt.Errorf("%w: not exactly one valid DPoP proof", jwt.ErrRejected)
	// ErrKey means that the proof is signed by another key than the token is bound to.
	ErrKey = fmt.Errorf("%w: the DPoP proof is by another key than the token's", jwt.ErrRejected)
	// ErrMethod, ErrURL and ErrToken mean that the proof is for another request.
	ErrMethod = fmt.Errorf("%w: htm of the DPoP proof is not the request's method", jwt.ErrRejected)
	ErrURL    = fmt.Errorf("%w: htu of the DPoP proof is not the request's URL", jwt.ErrRejected)
	ErrToken  = fmt.Errorf("%w: ath of the DPoP proof is not the hash of the access token", jwt.ErrRejected)
	// ErrTime means that the proof is too old, or from the future.
	ErrTime = fmt.Errorf("%w: iat of the DPoP proof is not within the accepted time", jwt.ErrRejected)
	// ErrReplay means that the proof was used before.
	ErrReplay = fmt.Errorf("%w: the DPoP proof was used before", jwt.ErrRejected)
	// ErrUnbound means that the token is not bound to a key alone.
	ErrUnbound = fmt.Errorf("%w: cnf of the token does not have jkt alone", jwt.ErrRejected)
	// ErrScheme means that the Authorization header has another scheme than the token is for.
	ErrScheme = fmt.Errorf("%w: the token is not for this scheme of the Authorization header", jwt.ErrRejected)
)

// Reason returns an error of this package as one word, for logs and metrics, and "" for any other error.
func Reason(err error) string {
	for _, r := range [...]struct {
		err  error
		word string
	}{
		{ErrProof, "dpop_proof"},
		{ErrKey, "dpop_key"},
		{ErrMethod, "dpop_method"},
		{ErrURL, "dpop_url"},
		{ErrToken, "dpop_token"},
		{ErrTime, "dpop_time"},
		{ErrReplay, "dpop_replay"},
		{ErrUnbound, "dpop_unbound"},
		{ErrScheme, "dpop_scheme"},
	} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return ""
}

// Request is what a proof has to be about.
type Request struct {
	Method string // as received
	Token  string // the access token

	// URLs are the URLs of the request without query and fragment, of which the proof has one. Local also accepts them as
	// the development gateway serves them.
	URLs  []URL
	Local bool

	Thumbprints []string // of the keys that the token is bound to: the same one in each place that names one
	Now         time.Time
	Leeway      time.Duration // for the client's clock, in both directions
}

// Proof is a proof that was checked.
type Proof struct {
	// ID is unique for the key and jti, and does not reveal them.
	ID string

	// Until is when the proof stops being accepted in any case.
	Until time.Time
}

// Check checks the proofs of a request, which are the values of its DPoP headers (RFC 9449, section 4.3). The error is
// one of this package.
func Check(proofs []string, r Request) (Proof, error) {
	signed, err := verify(proofs)
	if err != nil {
		return Proof{}, err
	}
	differs := func(thumbprint string) bool { return thumbprint != signed.Thumbprint }
	if len(r.Thumbprints) == 0 || slices.ContainsFunc(r.Thumbprints, differs) {
		return Proof{}, ErrKey
	}
	sum := sha256.Sum256([]byte(r.Token))
	if !signed.Claims.Get("ath").Is(base64.RawURLEncoding.EncodeToString(sum[:])) {
		return Proof{}, ErrToken
	}
	return r.check(signed)
}

// KeyOf checks the proofs of a request for a token, and returns the thumbprint of the key to bind the token to (RFC
// 9449, section 5). Such a proof names no token.
func KeyOf(proofs []string, r Request) (thumbprint string, err error) {
	signed, err := verify(proofs)
	if err != nil {
		return "", err
	}
	if _, err := r.check(signed); err != nil {
		return "", err
	}
	return signed.Thumbprint, nil
}

// verify returns the only proof, with a valid signature.
func verify(proofs []string) (jwt.SelfSigned, error) {
	if len(proofs) != 1 {
		return jwt.SelfSigned{}, jwt.Mismatched(ErrProof, fmt.Sprintf("%d DPoP headers", len(proofs)), "one")
	}
	signed, err := jwt.VerifySelfSigned(proofs[0], Type)
	if err != nil {
		return signed, jwt.Mismatched(ErrProof, jwt.Reason(err), "a valid proof")
	}
	return signed, nil
}

// check compares a proof with the method, the URL and the time of the request.
func (r Request) check(signed jwt.SelfSigned) (Proof, error) {
	claims := signed.Claims
	id, ok := claims.Get("jti").Text()
	if !ok || id == "" || len(id) > maxID {
		return Proof{}, jwt.Mismatched(ErrProof, "jti", fmt.Sprintf("a text of 1 to %d bytes", maxID))
	}
	if !claims.Get("htm").Is(r.Method) { // methods are case-sensitive: RFC 9110, section 9.1
		htm, _ := claims.Get("htm").Text()
		return Proof{}, jwt.Mismatched(ErrMethod, htm, r.Method)
	}
	htu, ok := claims.Get("htu").Text()
	if !ok || !slices.ContainsFunc(r.URLs, func(u URL) bool { return u.is(htu, r.Local) }) {
		return Proof{}, jwt.Mismatched(ErrURL, htu, orOf(r.URLs))
	}
	seconds, _, ok := claims.Get("iat").Floor()
	if !ok {
		return Proof{}, ErrTime
	}
	const farthest = 1 << 40 // seconds; no proof is of a later time
	now := r.Now.Unix()
	longest, ahead := int64((MaxAge+r.Leeway)/time.Second), int64((MaxAhead+r.Leeway)/time.Second)
	if seconds < 0 || seconds > farthest || seconds < now-longest || seconds > now+ahead {
		text := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }
		return Proof{}, jwt.Mismatched(ErrTime, text(min(max(seconds, 0), farthest)),
			text(now-longest)+" to "+text(now+ahead))
	}
	key := sha256.Sum256([]byte(signed.Thumbprint + " " + id))
	return Proof{
		ID:    base64.RawURLEncoding.EncodeToString(key[:]),
		Until: time.Unix(seconds+longest+1, 0),
	}, nil
}
