package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// verbs are the methods that a page can use and API Gateway supports.
// Sources: https://fetch.spec.whatwg.org/#methods and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-setup.html
var verbs = []string{
	http.MethodGet,
	http.MethodPost,
	http.MethodPut,
	http.MethodPatch,
	http.MethodDelete,
	http.MethodHead,
	http.MethodOptions,
}

func verb(a ask) (string, error) {
	switch {
	case a.Verb == "" && a.Route.Verb != "ANY":
		return a.Route.Verb, nil
	case !slices.Contains(verbs, a.Verb):
		return "", wrong("verb", "%q: want one of %s", a.Verb, strings.Join(verbs, ", "))
	}
	return a.Verb, nil
}

// target fills in the path of a route, and adds the query.
func target(a ask) (string, error) {
	parts := strings.Split(a.Route.Path, "/")
	for i, part := range parts {
		inner, isParam := strings.CutPrefix(part, "{")
		if !isParam {
			continue
		}
		name := strings.TrimSuffix(inner, "}")
		name, greedy := strings.CutSuffix(name, "+")
		values := []string{a.Params[name]}
		if greedy {
			values = strings.Split(values[0], "/")
		}
		for n, value := range values {
			switch value {
			case "":
				return "", wrong("params."+name, "{%s} has an empty part: give it a value", name)
			case ".", "..":
				return "", wrong("params."+name, "{%s}: a browser takes %q out of a path: use curl for it", name, value)
			}
			values[n] = url.PathEscape(value)
		}
		parts[i] = strings.Join(values, "/")
	}
	path := "/" + a.Stage + strings.Join(parts, "/")
	query := strings.TrimPrefix(a.Query, "?")
	if query == "" {
		return path, nil
	}
	if i := strings.IndexFunc(query, func(c rune) bool { return c <= ' ' || c == '#' || c > '~' }); i >= 0 {
		return "", wrong("query", "%q cannot be in a query as it is: write it as %%XX", query[i:])
	}
	return path + "?" + query, nil
}

// headers parses lines of "Name: value".
func headers(text string) ([][2]string, error) {
	out := [][2]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case !ok || !httpname.IsToken(name) || !httpname.IsValue(value):
			return nil, wrong("headers", "%q: want a line such as Accept: application/json", line)
		case tryout.OfBrowser(name):
			return nil, wrong("headers", "a browser lets no page set %s: use curl for it", name)
		}
		out = append(out, [2]string{name, value})
	}
	return out, nil
}
