package matrix

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

var (
	// comparison is a text of a template that compares a variable with an origin, with the || before it.
	comparison = regexp.MustCompile(`(?:\|\|)?\s*\$\w+\s*==\s*["'](https?://[^"'\s/]+)["']\s*`)

	// answer has what a template answers in Access-Control-Allow-Origin.
	answer = regexp.MustCompile(`(?i)#set\(\s*\$context\.responseOverride\.header\.Access-Control-Allow-Origin\s*=\s*([^)]*)\)`)
	text   = regexp.MustCompile(`^["']([^"'$]+)["']$`)
)

// originsOf are the origins of the pages that a response template lets read the answer: those that it compares the
// origin of the request with before it answers with that one, as CDK and secureapi write it, and one that it answers
// with as a text. Of any other template that says something of the header, it is one that begins with "not known".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
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
