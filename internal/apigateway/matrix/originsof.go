package matrix

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

var (
	// comparison matches a comparison of a variable with an origin in a template, with the || before it.
	comparison = regexp.MustCompile(`(?:\|\|)?\s*\$\w+\s*==\s*["'](https?://[^"'\s/]+)["']\s*`)

	// answer matches a template's value for Access-Control-Allow-Origin.
	answer = regexp.MustCompile(`(?i)#set\(\s*\$context\.responseOverride\.header\.` +
		`Access-Control-Allow-Origin\s*=\s*([^)]*)\)`)
	text = regexp.MustCompile(`^["']([^"'$]+)["']$`)
)

// originsOf returns the origins of the pages that a response template allows to read the answer. These are the origins
// with which it compares the request's origin before it returns that, as CDK and secureapi write it, and an origin that
// it returns as a literal. For any other template that sets the header, it returns a text that begins with "not known".
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
func originsOf(template string) (out []string) {
	if !strings.Contains(strings.ToLower(template), "access-control-allow-origin") {
		return nil
	}
	plain := comparison.ReplaceAllString(template, "")
	found := answer.FindAllStringSubmatchIndex(plain, -1)
	known := len(found) == strings.Count(strings.ToLower(template), "access-control-allow-origin")
	compared := false
	for _, at := range found {
		if value := text.FindStringSubmatch(strings.TrimSpace(plain[at[2]:at[3]])); value != nil {
			out = append(out, value[1])
			continue
		}
		if known = known && strings.HasSuffix(strings.TrimSpace(plain[:at[0]]), "#if()"); known {
			compared = true
		}
	}
	if compared {
		for _, origin := range comparison.FindAllStringSubmatch(template, -1) {
			out = append(out, origin[1])
		}
	}
	if !known {
		sum := sha256.Sum256([]byte(template))
		out = append(out, "not known: a template answers with it, sha256."+hex.EncodeToString(sum[:4]))
	}
	return out
}
