package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// The kinds of [Error], for errors.Is.
var (
	ErrMissingToken = errors.New("sigv4: the request is not signed")
	ErrIncomplete   = errors.New("sigv4: the signature lacks a part, or a part cannot be read")
	ErrExpired      = errors.New("sigv4: the signature is not valid at this time")
	ErrScope        = errors.New("sigv4: the signature is for another region, service or day")
	ErrUnknownKey   = errors.New("sigv4: the access key or its session token is not known")
	ErrMismatch     = errors.New("sigv4: the signature does not match the request")
)

// The values of x-amzn-ErrorType. AWS also calls an expired signature and a wrong scope an invalid signature.
const (
	typeMissingToken     = "MissingAuthenticationTokenException"
	typeIncomplete       = "IncompleteSignatureException"
	typeInvalidSignature = "InvalidSignatureException"
	typeUnknownKey       = "UnrecognizedClientException"
)

// Error is a refusal. API Gateway answers 403 to all of them, with Type in the header x-amzn-ErrorType and with
// {"message": Message}.
type Error struct {
	Kind    error  // one of the errors above
	Type    string // such as "InvalidSignatureException"
	Message string // AWS's own message; it contains no part of an unreadable Authorization header

	detail string // explains more than AWS's message does
}

// Error is a rejected request. API Gateway answers all of them with 403, with Type in the header x-amzn-ErrorType, and
// with {"message": Message}.
func (e *Error) Error() string {
	s := e.Kind.Error() + ": " + e.Message
	if e.detail != "" {
		s += " (" + e.detail + ")"
	}
	return s
}

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

// Detail returns additional help for a developer, beyond AWS's message, or "".
func (e *Error) Detail() string { return e.detail }

func missingToken() error {
	return &Error{Kind: ErrMissingToken, Type: typeMissingToken, Message: "Missing Authentication Token",
		detail: "neither an Authorization header nor X-Amz-Algorithm in the query"}
}

// incomplete returns an error about the parts of the signature.
func incomplete(message string) error {
	return &Error{Kind: ErrIncomplete, Type: typeIncomplete, Message: message}
}

// unknownKey returns the error for an unknown key or a wrong token. Like AWS, it has the same message for both.
// Recorded, with its type: https://github.com/badslug/Paw-AWSSignature4DynamicValue/issues/5
func unknownKey(detail string) error {
	return &Error{Kind: ErrUnknownKey, Type: typeUnknownKey, Message: "The security token included in the request is " +
		"invalid.",
		detail: detail}
}

// mismatch returns an error that shows what should have been signed. That contains no secret, and AWS shows it too, as
// recorded in https://knowledge.broadcom.com/external/article/186297/api-gateway-aws-4-signer-error-the-reque.html
func mismatch(canonical, toSign string) error {
	return &Error{Kind: ErrMismatch, Type: typeInvalidSignature,
		Message: "The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n" +
			"The Canonical String for this request should have been\n'" + canonical + "'\n\n" +
			"The String-to-Sign should have been\n'" + toSign + "'\n"}
}

// fingerprint replaces an Authorization header in a message, since the header may hold a token for something else. AWS
// once repeated the header there (https://github.com/aws/chalice/issues/828), and now says "hashed with SHA-256 and
// encoded with Base64". What exactly AWS hashes is not recorded; here it is the whole header.
func fingerprint(header string) string {
	sum := sha256.Sum256([]byte(header))
	return base64.StdEncoding.EncodeToString(sum[:])
}
