package main

import (
	"net/url"
	"strings"
)

// caller is who calls, as the authorizer verified it. A header or a body that says so is not asked.
type caller struct {
	Principal string   `json:"principal"`
	Login     string   `json:"login"`
	Scopes    []string `json:"scopes"`
	Groups    []string `json:"groups"`
}

// callerOf reads the authorizer's context: strings only, since API Gateway passes on nothing else.
func callerOf(r request) caller {
	text := func(name string) string {
		s, _ := r.RequestContext.Authorizer[name].(string)
		return s
	}
	return caller{
		Principal: text("principalId"),
		Login:     text("sub"),
		Scopes:    words(text("scopes")),
		Groups:    words(text("groups")),
	}
}

// words splits a list of the included authorizer: words between single spaces, in which what could be taken for a
// separator is escaped as in a URL. A group "Domain Users" is one word, "Domain%20Users".
func words(list string) []string {
	out := strings.Fields(list)
	for i, word := range out {
		if plain, err := url.PathUnescape(word); err == nil {
			out[i] = plain
		}
	}
	return out
}
