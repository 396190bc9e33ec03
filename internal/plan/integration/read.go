package integration

import (
	"regexp"
	"strings"
)

// readIntegration reads an integration in CDK's form. Intrinsic functions may be left in it.
func readIntegration(in map[string]any) Integration {
	credentials := literalOf(in["credentials"])
	i := Integration{
		Type:        literalOf(in["type"]),
		URI:         literalOf(in["uri"]),
		Passthrough: literalOf(in["passthroughBehavior"]),
		Streams:     literalOf(in["responseTransferMode"]) == "STREAM",
		Converts:    literalOf(in["contentHandling"]) == "CONVERT_TO_TEXT",
		// This ARN, of any user of any account, means the caller's credentials.
		// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html (credentials)
		PassesCredentials: strings.HasSuffix(credentials, ":iam::*:user/*"),
	}
	i.Parameters = literalTexts(in["requestParameters"])
	keys, _ := in["cacheKeyParameters"].([]any)
	for _, key := range keys {
		i.CacheKeys = append(i.CacheKeys, literalOf(key))
	}
	i.Role = credentials != "" && !i.PassesCredentials
	templates, _ := in["requestTemplates"].(map[string]any)
	i.Templates, i.Requests = len(templates) > 0, literalTexts(in["requestTemplates"])
	responses, _ := in["integrationResponses"].([]any)
	for _, entry := range responses {
		r, _ := entry.(map[string]any)
		i.Responses = append(i.Responses, Response{
			Status:     literalOf(r["statusCode"]),
			Pattern:    literalOf(r["selectionPattern"]),
			Parameters: literalTexts(r["responseParameters"]),
			Templates:  literalTexts(r["responseTemplates"]),
		})
	}
	return i
}

// readMethodResponses reads the answers that a method declares, in CDK's form.
func readMethodResponses(in []any) (out []MethodResponse) {
	for _, entry := range in {
		r, _ := entry.(map[string]any)
		m := MethodResponse{Status: literalOf(r["statusCode"])}
		if parameters, ok := r["responseParameters"].(map[string]any); ok {
			m.Parameters = map[string]bool{}
			for name, value := range parameters {
				required, _ := value.(bool)
				m.Parameters[name] = required
			}
		}
		out = append(out, m)
	}
	return out
}

func literalTexts(in any) map[string]string {
	members, ok := in.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]string{}
	for name, value := range members {
		out[name] = literalOf(value)
	}
	return out
}

// literalOf returns a string with a * for each part that comes from an intrinsic function.
func literalOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		if join, ok := v["Fn::Join"].([]any); ok && len(join) == 2 {
			separator, _ := join[0].(string)
			parts, _ := join[1].([]any)
			var texts []string
			for _, p := range parts {
				texts = append(texts, literalOf(p))
			}
			return strings.Join(texts, separator)
		}
		if text, ok := substitute(v["Fn::Sub"]); ok {
			return text
		}
	}
	return "*"
}

// variables matches the variables of Fn::Sub.
var variables = regexp.MustCompile(`\$\{[^!}][^}]*\}`)

// substitute returns the string of Fn::Sub with a * for each variable.
func substitute(v any) (string, bool) {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	text, ok := v.(string)
	return strings.ReplaceAll(variables.ReplaceAllString(text, "*"), "${!", "${"), ok
}
