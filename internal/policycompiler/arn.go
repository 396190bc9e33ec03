package policycompiler

import "strings"

// ARN is the ARN of a request to a REST API's method, as API Gateway passes it to an authorizer:
//
//	arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders/7
//
// Its path is the requested path, not the route's pattern, and is not decoded.
type ARN struct {
	Partition, Region, Account, API, Stage string

	Verb string
	Path string // with its leading slash; "/" for the root

	text   string
	prefix int // the length of the text before the verb
}

// ParseARN parses a method's ARN. Only the first five colons separate its parts, because the path may contain colons.
// Every part except the verb and path must consist of letters, digits, - and _, so that it can be copied into a policy.
// The error is [ErrARN].
func ParseARN(text string) (ARN, error) {
	a := ARN{text: text}
	var scheme, service string
	rest := text
	for _, part := range []*string{&scheme, &a.Partition, &service, &a.Region, &a.Account} {
		var found bool
		if *part, rest, found = strings.Cut(rest, ":"); !found || !isPlain(*part) {
			return ARN{}, ErrARN
		}
	}
	if scheme != "arn" || service != "execute-api" {
		return ARN{}, ErrARN
	}
	for _, part := range []*string{&a.API, &a.Stage} {
		var found bool
		if *part, rest, found = strings.Cut(rest, "/"); !found || !isPlain(*part) {
			return ARN{}, ErrARN
		}
	}
	a.prefix = len(text) - len(rest)
	a.Verb, _, _ = strings.Cut(rest, "/")
	if !isPlain(a.Verb) {
		return ARN{}, ErrARN
	}
	a.Path = "/"
	if start := a.prefix + len(a.Verb); start < len(text) {
		a.Path = text[start:]
	}
	return a, nil
}

// isPlain reports whether a part of an ARN is not empty and has no character with a meaning in ARNs, policies or JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return s != ""
}

// String returns the ARN unchanged.
func (a ARN) String() string { return a.text }

// Prefix returns the text before the verb, which ends in a slash. It is the same for all requests to one stage of an
// API.
func (a ARN) Prefix() string { return a.text[:a.prefix] }

func isPrefix(s string) bool {
	a, err := ParseARN(s + "GET/")
	return err == nil && a.prefix == len(s)
}

// maxResource is the maximum length of a Resource in the policy that an authorizer returns.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
const maxResource = 512

// isLiteral reports whether a policy that names the ARN matches exactly this ARN. It must be short enough. Its path
// consists of the characters of a path (RFC 3986, section 3.3) without "*", and of "|", which some clients do not
// escape. It therefore contains no "?", no "${", and nothing that JSON escapes.
func (a ARN) isLiteral() bool {
	if len(a.text) > maxResource {
		return false
	}
	for i := range len(a.Path) {
		c := a.Path[i]
		if !isPlain(a.Path[i:i+1]) && strings.IndexByte("/.~!$&'()+,;=:@%|", c) < 0 {
			return false
		}
	}
	return true
}
