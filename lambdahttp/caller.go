package lambdahttp

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/aws/aws-lambda-go/events"
)

// caller reads the caller from where API Gateway puts it, which depends on the route's authorizer: claims for an Amazon
// Cognito or JWT authorizer, a principal and a flat context for a Lambda authorizer, or the identity that signed the
// request. A public route has none of them.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func caller(rc events.APIGatewayProxyRequestContext) (Caller, bool) {
	claims, verified := rc.Authorizer["claims"].(map[string]any)
	switch {
	case verified:
		scopes := claims["scope"]
		if scopes == nil {
			scopes = claims["scp"] // the claim of Okta and Microsoft Entra ID
		}
		return ifNamed(Caller{
			Principal: text(claims["sub"]),
			Issuer:    text(claims["iss"]),
			Scopes:    list(scopes, unicode.IsSpace),
			// Amazon Cognito passes the groups as one string separated by commas, so the name of a pool's group should not
			// contain one.
			Groups:  list(claims["cognito:groups"], func(r rune) bool { return r == ',' }),
			Context: claimTexts(claims),
		})
	case len(rc.Authorizer) > 0:
		return ifNamed(Caller{
			Principal: text(rc.Authorizer["principalId"]),
			Issuer:    text(rc.Authorizer["issuer"]),
			Scopes:    words(text(rc.Authorizer["scopes"])),
			Groups:    words(text(rc.Authorizer["groups"])),
			Roles:     words(text(rc.Authorizer["roles"])),
			Context:   texts(rc.Authorizer, "principalId", "issuer", "scopes", "groups", "roles"),
		})
	}
	return ifNamed(Caller{Principal: rc.Identity.UserArn})
}

func ifNamed(c Caller) (Caller, bool) {
	if c.Principal == "" {
		return Caller{}, false
	}
	return c, true
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// list returns the names in a claim. The claim is a list of strings, as from a JWT authorizer, or one string.
func list(v any, separator func(rune) bool) []string {
	entries, ok := v.([]any)
	if !ok {
		return strings.FieldsFunc(text(v), separator)
	}
	var out []string
	for _, entry := range entries {
		if name := text(entry); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// maxExact is the largest number up to which a float64 distinguishes whole numbers. The event's numbers are read as
// float64.
const maxExact = 1<<53 - 1

// claimTexts returns claims as texts. A JWT authorizer's claims have their JSON types, and a claim that is not a string
// becomes its JSON text. A number that may have lost digits is left out.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
func claimTexts(claims map[string]any) map[string]string {
	out := make(map[string]string, len(claims))
	for name, v := range claims {
		switch v := v.(type) {
		case nil:
		case string:
			out[name] = v
		case float64:
			if -maxExact <= v && v <= maxExact {
				out[name] = strconv.FormatFloat(v, 'f', -1, 64)
			}
		default:
			if encoded, err := json.Marshal(v); err == nil {
				out[name] = string(encoded)
			}
		}
	}
	return out
}

// texts returns the members that are strings, except some. API Gateway's own integrationLatency is a number.
func texts(members map[string]any, but ...string) map[string]string {
	out := make(map[string]string, len(members))
	for name, v := range members {
		if s, ok := v.(string); ok && !slices.Contains(but, name) {
			out[name] = s
		}
	}
	return out
}

// words splits a list of the included authorizer, which writes words separated by spaces. It percent-encodes what would
// make one name look like two.
func words(list string) []string {
	out := strings.Fields(list)
	for i, w := range out {
		if name, err := url.PathUnescape(w); err == nil {
			out[i] = name
		}
	}
	return out
}
