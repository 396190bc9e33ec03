package mapping

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	braces         = regexp.MustCompile(`\{([A-Za-z0-9._:-]+)\+?\}`)
	stageReference = regexp.MustCompile(`\$\{stageVariables\.([A-Za-z0-9_]+)\}`)
)

// StageURI returns a URI with the values of a stage's variables. Unknown variables become nothing.
func StageURI(uri string, variables map[string]string) string {
	return stageReference.ReplaceAllStringFunc(uri, func(found string) string {
		return variables[stageReference.FindStringSubmatch(found)[1]]
	})
}

// uri inserts stage variables and path parameters into the integration's URI. API Gateway does not call a URI with a
// parameter that is not mapped.
func (i *Integration) uri(s *Source, values map[string]string) (string, *Failure) {
	text := StageURI(i.model.URI, s.StageVariables)
	missing := ""
	text = braces.ReplaceAllStringFunc(text, func(found string) string {
		name := braces.FindStringSubmatch(found)[1]
		value, ok := values[name]
		if !ok {
			missing = name
		}
		return escapedPath(value)
	})
	if missing != "" {
		return "", configuration("the integration's URI has {%s}, and nothing gives its value: map it in RequestParameters, "+
			`"integration.request.path.%s": "method.request.path.%s"`, missing, missing, missing)
	}
	return text, nil
}

// escapedPath escapes characters that are not allowed in a path, and percent signs. It keeps slashes.
func escapedPath(value string) string {
	var b strings.Builder
	for n := range len(value) {
		c := value[n]
		if c > ' ' && c < 0x7f && !strings.ContainsRune(`"%<>\^`+"`{|}?#", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
