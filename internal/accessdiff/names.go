package accessdiff

import (
	"slices"
	"strings"
)

// tailOf is what follows an ARN's fifth colon: the API's id, the stage, the verb and the path.
func tailOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}

// idOf is the id of an API in its ARN.
func idOf(arn string) string { return tailOf(arn) }

// conditionsOf names what some gains assume.
func conditionsOf(gains []gain) string {
	var out []string
	for _, g := range gains {
		for text := range g.env.assumed {
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}
