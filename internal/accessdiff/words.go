package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

func requirements(list []access.Requirement) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = r.String()
	}
	return strings.Join(words, " and ")
}

// who describes who may call a route, for the text after "was".
func who(r matrix.Route) string {
	var text string
	switch {
	case r.Kind == matrix.None:
		text = "everyone"
	case r.Closed:
		text = "no caller"
	case r.Kind == matrix.IAM:
		text = "IAM"
	case len(r.Requires) > 0:
		text = requirements(r.Requires)
	default:
		text = r.Who
	}
	if r.TakesSession && len(r.Requires) > 0 {
		text = "a session with " + text
	}
	if r.APIKey {
		text += " with an API key"
	}
	return text
}

// besides says what else the route of a gain requires of its callers, in the form in which [who] describes the other
// API's.
func besides(g gain) string {
	var parts []string
	if g.route.TakesSession && len(g.route.Requires) > 0 && !g.route.Closed {
		parts = append(parts, "a session")
	}
	if g.route.APIKey {
		parts = append(parts, "an API key")
	}
	if parts == nil {
		return ""
	}
	return " with " + strings.Join(parts, " and ")
}

// subjects describes in the plural who meets a requirement, with a group's own name for its members.
func subjects(r access.Requirement) string {
	if r.Kind == access.Group {
		return strings.Join(r.AnyOf, " or ")
	}
	return callersOf([]access.Requirement{r})
}

// callersOf describes callers that meet all of some requirements: "callers with scope a and whose claim plan is pro".
func callersOf(requires []access.Requirement) string {
	var b strings.Builder
	before := ""
	for _, r := range requires {
		link, what := "with", r.String()
		switch r.Kind {
		case access.PathIs, access.PathIn:
			link = "of whom"
		case access.Claim, access.ClaimHas, access.Tenant:
			link = "whose"
		}
		switch {
		case before == "":
			b.WriteString("callers " + link + " " + what)
		case before == link:
			b.WriteString(" and " + what)
		default:
			b.WriteString(" and " + link + " " + what)
		}
		before = link
	}
	return b.String()
}

// host returns an issuer's URL without its scheme.
func host(issuer string) string {
	return strings.TrimSuffix(strings.TrimPrefix(issuer, "https://"), "/")
}

// list lists routes in a sentence. It shows only a few.
func list(routes []string) string { return few(routes, "route") }

// few lists a few names, and says how many more there are.
func few(names []string, what string) string {
	const shown = 6
	if n := len(names); n > shown {
		return strings.Join(names[:shown], ", ") + " and " + plural(n-shown, "more "+what)
	}
	return strings.Join(names, ", ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}

// unique returns a list without duplicates, in order.
func unique(texts []string) (out []string) {
	for _, t := range texts {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
