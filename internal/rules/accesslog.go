package rules

import (
	"fmt"
	"strings"
)

var loggedSecret = Rule{
	ID:       "logged-secret",
	Severity: Warning,
	Why: "A reader of the log has the callers' API keys or tokens, and can call the API with them. More people read a " +
		"log than have a key, and it is kept for longer.",
	Looks: "the AccessLogSetting of stages, and whether its format writes $context.identity.apiKey or " +
		"$context.authorizer.accessToken",
	WayOut: "write $context.identity.apiKeyId, which identifies the key, and leave tokens out of the format",
	check: func(v *view, report reporter) {
		for _, r := range v.byType[typeStage] {
			settings, _ := r.property("AccessLogSetting").(map[string]any)
			format, _ := settings["Format"].(string)
			a, _ := v.apiOf(r)
			for _, secret := range loggedSecrets(format) {
				f := Finding{Message: fmt.Sprintf("the access log of the stage writes %s, %s", secret.variable, secret.what)}
				if a != nil {
					f.API = a.name()
				}
				report(r, f)
			}
		}
	},
}

// secretVariable is a variable of $context that is a credential.
type secretVariable struct{ variable, what string }

// secretVariables are the credentials that API Gateway can write. The second is what ForwardAccessToken hands to a
// function.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
var secretVariables = []secretVariable{
	{"$context.identity.apiKey", "the caller's API key"},
	{"$context.authorizer.accessToken", "the access token of the caller's session"},
}

func loggedSecrets(format string) (out []secretVariable) {
	for _, s := range secretVariables {
		if writes(format, s.variable) {
			out = append(out, s)
		}
	}
	return out
}

// writes reports whether the format of an access log has a variable as a whole: apiKeyId is not apiKey.
func writes(format, variable string) bool {
	for {
		_, after, found := strings.Cut(format, variable)
		if !found {
			return false
		}
		if next := strings.TrimLeft(after, "."); next == "" || !isWord(next[0]) {
			return true
		}
		format = after
	}
}

// isWord reports whether a byte may be part of a member's name in a variable.
func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
