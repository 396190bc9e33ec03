package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// The kinds of refusal, for errors.Is.
var (
	ErrMissingToken = errors.New("sigv4: the request is not signed")
	ErrIncomplete   = errors.New("sigv4: the signature lacks a part, or a part cannot be read")
	ErrExpired      = errors.New("sigv4: the signature is not valid at this time")
	ErrScope        = errors.New("sigv4: the signature is for another region, service or day")
	ErrUnknownKey   = errors.New("sigv4: the access key or its session token is not known")
	ErrMismatch     = errors.New("sigv4: the signature does not match the request")
)

// The values of x-amzn-ErrorType. AWS calls an expired signature and a wrong scope an invalid signature, too.
const (
	typeMissingToken     = "MissingAuthenticationTokenException"
	typeIncomplete       = "IncompleteSignatureException"
	typeInvalidSignature = "InvalidSignatureException"
	typeUnknownKey       = "UnrecognizedClientException"
)

// Error is a refusal. API Gateway answers 403 to all of them, with Type in the header x-amzn-ErrorType and with
// {"message": Message}.
type Error struct {
	Kind    error  // one of the sentinels
	Type    string // as "InvalidSignatureException"
	Message string // AWS's own words; no part of an Authorization header that was not understood is in it

	detail string // what the gateway knows beyond AWS's words
}

func (e *Error) Error() string {
	s := e.Kind.Error() + ": " + e.Message
	if e.detail != "" {
		s += " (" + e.detail + ")"
	}
	return s
}

// Unwrap is the kind.
func (e *Error) Unwrap() error { return e.Kind }

// Detail returns what helps a developer beyond AWS's words, or "".
func (e *Error) Detail() string { return e.detail }

func missingToken() error {
	return &Error{Kind: ErrMissingToken, Type: typeMissingToken, Message: "Missing Authentication Token",
		detail: "neither an Authorization header nor X-Amz-Algorithm in the query"}
}

// incomplete makes an error about the parts of the signature.
func incomplete(message string) error {
	return &Error{Kind: ErrIncomplete, Type: typeIncomplete, Message: message}
}

// unknownKey has one message for an unknown key and a wrong token, as AWS has.
// Recorded, with its type: https://github.com/badslug/Paw-AWSSignature4DynamicValue/issues/5
func unknownKey(detail string) error {
	return &Error{Kind: ErrUnknownKey, Type: typeUnknownKey, Message: "The security token included in the request is " +
		"invalid.",
		detail: detail}
}

// mismatch shows what should have been signed. There is no secret in it, so AWS shows it as well, recorded in
// https://knowledge.broadcom.com/external/article/186297/api-gateway-aws-4-signer-error-the-reque.html
func mismatch(canonical, toSign string) error {
	return &Error{Kind: ErrMismatch, Type: typeInvalidSignature,
		Message: "The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n" +
			"The Canonical String for this request should have been\n'" + canonical + "'\n\n" +
			"The String-to-Sign should have been\n'" + toSign + "'\n"}
}

// fingerprint stands for an Authorization header in a message: it may hold a token for something else. AWS once
// repeated the header there (https://github.com/aws/chalice/issues/828) and now says "hashed with SHA-256 and encoded
// with Base64"; what exactly is hashed is not recorded, here it is the whole header.
func fingerprint(header string) string {
	sum := sha256.Sum256([]byte(header))
	return base64.StdEncoding.EncodeToString(sum[:])
}
