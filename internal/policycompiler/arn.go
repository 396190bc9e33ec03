package policycompiler

import "strings"

// ARN is the ARN of a request to a REST API's method, as API Gateway hands it to an authorizer:
//
//	arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders/7
//
// Its path is the one that was requested, not the route's pattern, and undecoded.
type ARN struct {
	Partition, Region, Account, API, Stage string

	Verb string
	Path string // with its leading slash; "/" for the root

	text   string
	prefix int // how much of the text comes before the verb
}

// ParseARN takes a method's ARN apart. Only the first five colons separate its parts: the path may have more. Every
// part but verb and path must be of letters, digits, - and _, so that it can stand in a policy as it is. The error is
// [ErrARN].
func ParseARN(text string) (ARN, error) {
	a := ARN{text: text}
	var scheme, service string
	rest := text
	for _, part := range []*string{&scheme, &a.Partition, &service, &a.Region, &a.Account} {
		var found bool
		if *part, rest, found = strings.Cut(rest, ":"); !found || !plain(*part) {
			return ARN{}, ErrARN
		}
	}
	if scheme != "arn" || service != "execute-api" {
		return ARN{}, ErrARN
	}
	for _, part := range []*string{&a.API, &a.Stage} {
		var found bool
		if *part, rest, found = strings.Cut(rest, "/"); !found || !plain(*part) {
			return ARN{}, ErrARN
		}
	}
	a.prefix = len(text) - len(rest)
	a.Verb, _, _ = strings.Cut(rest, "/")
	if !plain(a.Verb) {
		return ARN{}, ErrARN
	}
	a.Path = "/"
	if start := a.prefix + len(a.Verb); start < len(text) {
		a.Path = text[start:]
	}
	return a, nil
}

// plain reports whether a part of an ARN is there and has no character that means anything in ARNs, policies or JSON.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return s != ""
}

// String returns the ARN as it came.
func (a ARN) String() string { return a.text }

// Prefix is what comes before the verb: it is the same for all requests to one stage of an API. It ends in a slash.
func (a ARN) Prefix() string { return a.text[:a.prefix] }

func isPrefix(s string) bool {
	a, err := ParseARN(s + "GET/")
	return err == nil && a.prefix == len(s)
}

// maxResource is how long a Resource may be in the policy that an authorizer returns.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
const maxResource = 512

// literal reports whether the ARN can be named in a policy so that it means itself: it is short enough, and its path
// has none but the characters of a path (RFC 3986, section 3.3), of those not "*", and "|", which some clients leave as
// it is; and so neither "?" nor "${" nor what JSON escapes.
func (a ARN) literal() bool {
	if len(a.text) > maxResource {
		return false
	}
	for i := range len(a.Path) {
		c := a.Path[i]
		if !plain(a.Path[i:i+1]) && strings.IndexByte("/.~!$&'()+,;=:@%|", c) < 0 {
			return false
		}
	}
	return true
}
