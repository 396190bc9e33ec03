package apigateway

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
)

// authorizerContext returns $context.authorizer for mapping templates.
func authorizerContext(c events.Caller) map[string]string {
	switch {
	case c.Lambda != nil:
		out := maps.Clone(c.Lambda.Context)
		if out == nil {
			out = map[string]string{}
		}
		out["principalId"] = c.Lambda.PrincipalID
		return out
	case c.Claims != nil:
		out := map[string]string{}
		for name, value := range c.Claims {
			out["claims."+name] = value
		}
		return out
	case c.JWT != nil:
		out := map[string]string{}
		for name, value := range c.JWT {
			out["claims."+name] = asciiJSON(value)
		}
		return out
	}
	return nil
}

// asciiJSON returns JSON text with each non-ASCII character as an escape sequence. Mapping templates and access logs
// receive the claims of a JWT authorizer's token in this form.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
func asciiJSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04X`, unit)
		}
	}
	return b.String()
}

// addIdentity adds what the checks found out about the caller to $context.identity.
func addIdentity(to map[string]string, c events.Caller) {
	if c.APIKey != "" {
		to["apiKey"], to["apiKeyId"] = c.APIKey, c.APIKeyID
	}
	if c.IAM != nil {
		to["accountId"], to["caller"], to["user"], to["userArn"] = c.IAM.AccountID, c.IAM.Caller, c.IAM.User, c.IAM.UserARN
	}
}
