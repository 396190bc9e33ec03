package mappingtemplate

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// payload returns the part of a template that writes what a service receives, between the quotes of a JSON string, and
// the directives that must precede the call.
//
// Without a caller it is the body of the request. With one it is {"caller": {"principalId": "..."}, "body": "..."},
// with the issuer if the authorizer tells it. The body remains a text there: as JSON, a body could add members, such as
// a second caller. Each value is therefore escaped twice.
func payload(caller *plan.Caller) (set, text string) {
	if caller == nil {
		return "", inString("$input.body")
	}
	var directives strings.Builder
	text = envelope(caller, func(name, value string) string {
		directives.WriteString("#set($" + name + " = " + inString(value) + ")\n")
		return `\"` + name + `\": \"` + inString("$"+name) + `\"`
	}, `\"`)
	return directives.String(), text
}

// envelope returns the caller and the body as JSON. The function member writes a member whose value is a text.
func envelope(caller *plan.Caller, member func(name, value string) string, quote string) string {
	var members []string
	for _, part := range callerParts(caller) {
		members = append(members, member(part.name, part.variable))
	}
	parts := strings.Join(members, ", ")
	return "{" + quote + "caller" + quote + ": {" + parts + "}, " + member("body", "$input.body") + "}"
}

// inString writes a value between the quotes of a JSON string. It reverts one escape: escapeJavaScript also escapes
// single quotes, and JSON has no such escape.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func inString(value string) string {
	return `$util.escapeJavaScript(` + value + `).replaceAll("\\'", "'")`
}

// callerPart is one thing that a service receives about the caller.
type callerPart struct{ name, variable string }

// callerParts lists what a service receives about the caller.
func callerParts(caller *plan.Caller) (out []callerPart) {
	if caller == nil {
		return nil
	}
	out = append(out, callerPart{"principalId", "$context." + caller.Principal})
	if caller.Issuer != "" {
		out = append(out, callerPart{"issuer", "$context." + caller.Issuer})
	}
	return out
}
