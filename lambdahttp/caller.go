package lambdahttp

import (
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// caller reads who calls from where API Gateway puts it, which depends on the route's authorizer: claims from Amazon
// Cognito, a principal and a flat context from a Lambda authorizer, or the identity that signed the request. A public
// route has none of them.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func caller(rc events.APIGatewayProxyRequestContext) (Caller, bool) {
	claims, cognito := rc.Authorizer["claims"].(map[string]any)
	switch {
	case cognito:
		// The groups come as one string with commas between them, so a group of a pool is better named without one.
		return known(Caller{
			Principal: text(claims["sub"]),
			Issuer:    text(claims["iss"]),
			Scopes:    strings.Fields(text(claims["scope"])),
			Groups:    strings.FieldsFunc(text(claims["cognito:groups"]), func(r rune) bool { return r == ',' }),
			Context:   texts(claims),
		})
	case len(rc.Authorizer) > 0:
		return known(Caller{
			Principal: text(rc.Authorizer["principalId"]),
			Issuer:    text(rc.Authorizer["issuer"]),
			Scopes:    words(text(rc.Authorizer["scopes"])),
			Groups:    words(text(rc.Authorizer["groups"])),
			Roles:     words(text(rc.Authorizer["roles"])),
			Context:   texts(rc.Authorizer, "principalId", "issuer", "scopes", "groups", "roles"),
		})
	}
	return known(Caller{Principal: rc.Identity.UserArn})
}

func known(c Caller) (Caller, bool) {
	if c.Principal == "" {
		return Caller{}, false
	}
	return c, true
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// texts are the members that are strings, but for some: API Gateway's own integrationLatency is a number.
func texts(members map[string]any, but ...string) map[string]string {
	out := make(map[string]string, len(members))
	for name, v := range members {
		if s, ok := v.(string); ok && !slices.Contains(but, name) {
			out[name] = s
		}
	}
	return out
}

// words takes a list apart as the included authorizer writes it: words between spaces, in which what would make one
// name look like two is percent-encoded.
func words(list string) []string {
	out := strings.Fields(list)
	for i, w := range out {
		if name, err := url.PathUnescape(w); err == nil {
			out[i] = name
		}
	}
	return out
}
