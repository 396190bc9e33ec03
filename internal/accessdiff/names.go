package accessdiff

import (
	"regexp"
	"slices"
	"strings"
)

// tailOf returns the part after an ARN's fifth colon: the API's ID and, if it has them, the stage, verb and path.
func tailOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}

// underConditions names what some gains assume.
func underConditions(gains []gain) string {
	var out []string
	for _, g := range gains {
		for _, text := range g.env.about {
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return "conditions that a request does not show here, such as the time or a VPC: " + strings.Join(out, "; ")
}

// hashes matches the hash that CDK appends to a name to make a logical ID. Reviewers know the name; a witness has the
// ID.
// Source: makeUniqueId in aws-cdk-lib/core/lib/private/uniqueid.js
var hashes = regexp.MustCompile(`^(.+?)[0-9A-F]{8}$`)

// signerName names a signer.
func signerName(c *caller, inSentence bool) string {
	kind := "role "
	switch {
	case c.Name != "":
		return kind + hashes.ReplaceAllString(c.Name[strings.LastIndex(c.Name, "/")+1:], "$1")
	case c.standsForAll():
		return "callers that IAM allows execute-api:Invoke"
	}
	if parts := strings.Split(c.Principal, ":"); inSentence && len(parts) > 5 &&
		strings.HasSuffix(c.Principal, ":user/stranger") {
		return "every AWS account"
	} else if len(parts) > 5 && strings.HasSuffix(c.Principal, ":user/any") {
		return "account " + parts[4]
	} else if _, session, ok := strings.Cut(c.Principal, ":assumed-role/"); ok && strings.HasSuffix(session, "/any") {
		return kind + strings.TrimSuffix(session, "/any") + " of account " + parts[4]
	}
	if c.made {
		return "callers such as " + c.Principal
	}
	return c.Principal
}
