package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	isoBasic   = "20060102T150405Z"

	// defaultService is the service that requests to an API Gateway stage are signed for.
	defaultService = "execute-api"
)

// claim is what a request says about its own signature, before any of it is verified.
type claim struct {
	accessKeyID                      string
	day, region, service, terminator string // the credential scope

	signedHeaders []string // in lower case, sorted, without duplicates
	signature     string
	date          time.Time
	expires       time.Duration // for a presigned request; 0 if not given
	token         string        // X-Amz-Security-Token
	presigned     bool
}

// scope returns the credential scope, for which the signing key is derived.
func (c *claim) scope() string { return c.day + "/" + c.region + "/" + c.service + "/" + c.terminator }

const maxExpires = 7 * 24 * time.Hour

// The parameters of the query form.
const (
	qAlgorithm     = "X-Amz-Algorithm"
	qCredential    = "X-Amz-Credential"
	qDate          = "X-Amz-Date"
	qExpires       = "X-Amz-Expires"
	qSignature     = "X-Amz-Signature"
	qSignedHeaders = "X-Amz-SignedHeaders"
	qToken         = "X-Amz-Security-Token"
)

// readClaim reads the header form or, without an Authorization header, the query form.
func readClaim(h http.Header, rawQuery string) (claim, error) {
	auth := h["Authorization"]
	switch {
	case len(auth) > 1:
		return claim{}, incomplete("Authorization header must be sent once.")
	case len(auth) == 1 && auth[0] != "":
		return headerClaim(auth[0], h)
	}
	query := presignedParams(rawQuery)
	if query[qAlgorithm] == "" && query[qSignature] == "" {
		return claim{}, missingToken()
	}
	return queryClaim(query)
}

// Unreadable returns AWS's answer to an Authorization header that is not a Signature Version 4; nil if it is one or the
// header is missing. It does not verify the signature.
func Unreadable(h http.Header) *Error {
	if h.Get("Authorization") == "" {
		return nil
	}
	_, err := readClaim(h, "")
	var refused *Error
	if !errors.As(err, &refused) || !errors.Is(err, ErrIncomplete) {
		return nil
	}
	return refused
}

// headerClaim reads "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..." and the headers beside it.
func headerClaim(auth string, h http.Header) (claim, error) {
	alg, rest, _ := strings.Cut(auth, " ")
	params := map[string]string{}
	for part := range strings.FieldsFuncSeq(rest, func(r rune) bool { return r == ',' || r == ' ' }) {
		name, value, found := strings.Cut(part, "=")
		if !found {
			return claim{}, incomplete("Invalid key=value pair (missing equal-sign) in Authorization header " +
				"(hashed with SHA-256 and encoded with Base64): '" + fingerprint(auth) + "'.")
		}
		if _, twice := params[name]; twice {
			return claim{}, incomplete("Authorization header has a parameter twice. " + hashedHeader(auth))
		}
		params[name] = value
	}

	date := h.Get(qDate)
	if date == "" {
		date = h.Get("Date")
	}
	var missing strings.Builder
	for _, name := range [...]string{"Credential", "Signature", "SignedHeaders"} {
		if params[name] == "" {
			fmt.Fprintf(&missing, "Authorization header requires '%s' parameter. ", name)
		}
	}
	if date == "" {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() > 0 {
		return claim{}, incomplete(missing.String() + hashedHeader(auth))
	}

	c := claim{signature: params["Signature"], token: h.Get(qToken)}
	err := c.fill(alg, params["Credential"], date, params["SignedHeaders"])
	return c, err
}

func hashedHeader(auth string) string {
	return "(Hashed with SHA-256 and encoded with Base64) Authorization=" + fingerprint(auth)
}

// queryClaim reads the parameters of a presigned request.
func queryClaim(query map[string]string) (claim, error) {
	var missing strings.Builder
	for _, name := range [...]string{qAlgorithm, qCredential, qSignature, qSignedHeaders, qDate} {
		if query[name] == "" {
			fmt.Fprintf(&missing, "AWS query-string parameters must include '%s'. ", name)
		}
	}
	if missing.Len() > 0 {
		return claim{}, incomplete(missing.String() + "Re-examine the query-string parameters.")
	}
	c := claim{signature: query[qSignature], token: query[qToken], presigned: true}
	if s := query[qExpires]; s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > int(maxExpires/time.Second) {
			return claim{}, incomplete(fmt.Sprintf("X-Amz-Expires must be a number of seconds from 1 to %d.",
				maxExpires/time.Second))
		}
		c.expires = time.Duration(n) * time.Second
	}
	err := c.fill(query[qAlgorithm], query[qCredential], query[qDate], query[qSignedHeaders])
	return c, err
}

// fill reads the parts that both forms have, in the order in which AWS complains about them.
func (c *claim) fill(alg, credential, date, signedHeaders string) error {
	var err error
	if c.date, err = time.Parse(isoBasic, date); err != nil {
		return incomplete(fmt.Sprintf("Date must be in ISO-8601 'basic format'. Got '%s'. See "+
			"http://en.wikipedia.org/wiki/ISO_8601", date))
	}
	if alg != algorithm {
		return incomplete(fmt.Sprintf("Unsupported AWS 'algorithm': '%s' (only %s for now). ", alg, algorithm))
	}
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		return incomplete(fmt.Sprintf("Credential must have exactly 5 slash-delimited elements, "+
			"e.g. keyid/date/region/service/term, got '%s'", credential))
	}
	c.accessKeyID, c.day, c.region, c.service, c.terminator = parts[0], parts[1], parts[2], parts[3], parts[4]

	names := strings.Split(strings.ToLower(signedHeaders), ";")
	slices.Sort(names)
	c.signedHeaders = slices.Compact(names)
	return nil
}

// presignedParams returns the decoded X-Amz-* parameters of the query. Of duplicates it returns the first. The whole
// query is signed, so a second one cannot be added later.
func presignedParams(rawQuery string) map[string]string {
	params := map[string]string{}
	if !strings.Contains(rawQuery, "X-Amz-") {
		return params
	}
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		if !strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		if decoded, err := url.PathUnescape(value); err == nil {
			if _, seen := params[name]; !seen {
				params[name] = decoded
			}
		}
	}
	return params
}
