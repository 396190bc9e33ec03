package authz

import (
	"time"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
)

// answer writes an authorizer's answer: the principal, the policy and the context for the backend.
//
// The policy is for the whole API, because API Gateway caches it and evaluates it for the token's next requests too. If
// each answer serves one request, the policy is for that request's method ARN.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
func (a *Authorizer) answer(
	principal string,
	arn policycompiler.ARN,
	grant *access.Grant,
	allow bool,
	expires time.Time,
	context []pair,
	d *decision,
) ([]byte, error) {
	b := make([]byte, 0, a.answerSize.Load())
	b = append(b, `{"principalId":`...)
	b = appendString(b, principal)
	b = append(b, `,"policyDocument":`...)
	policy := len(b)
	if a.config.PerRequest {
		b = policycompiler.AppendMethod(b, arn, allow)
	} else {
		policies, err := a.policies()
		if err != nil {
			return nil, err
		}
		if b, err = policies.Append(b, arn.Prefix(), grant); err != nil {
			return nil, err
		}
	}
	if v := d.visit; keepsSessions && v != nil {
		if v.restrict != nil {
			b = v.restrict(b, policy, arn.Prefix())
		}
		if v.ends.Before(expires) {
			expires = v.ends
		}
	}
	if a.config.PolicyEndsWithToken {
		b = policycompiler.AppendUntil(b, policy, expires)
	}
	b = append(b, `,"context":{`...)
	for i, p := range context {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, p.name)
		b = append(b, ':')
		b = appendString(b, p.value)
	}
	b = append(b, '}')
	if d.usageKey != "" {
		b = append(b, `,"usageIdentifierKey":`...)
		b = appendString(b, d.usageKey)
	}
	b = append(b, '}')
	a.answerSize.Store(int64(len(b) + spareAnswer)) // most are about as long as the previous one
	return b, nil
}

const spareAnswer = 256

// appendString appends a JSON string (RFC 8259, section 7).
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	done := 0 // how much of s has been written
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[done:i]...)
		switch {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r) // invalid UTF-8 becomes U+FFFD
			i += n
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		}
		done = i
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}
