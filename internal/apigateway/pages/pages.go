// Package pages lets pages of dev servers call the APIs, whatever their CORS settings are. It answers preflights,
// changes the headers of answers, and adds the pages' origins to the settings of included functions.
package pages

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// Origins are the origins of the pages, such as "http://localhost:5173".
type Origins []string

// Of returns the origin of the page that makes a request, if it is one of these; else "".
func (o Origins) Of(r *exchange.Request) string {
	for _, origin := range o { // compared byte by byte: https://fetch.spec.whatwg.org/#cors-check
		if r.Headers.Get("Origin") == origin && r.Headers.First("Origin") == origin {
			return origin
		}
	}
	return ""
}

// IsPreflight reports whether a request is a preflight, in which a browser asks whether a page may make a request.
// Source: https://fetch.spec.whatwg.org/#cors-preflight-request
func IsPreflight(r *exchange.Request) bool {
	return r.Verb == http.MethodOptions && r.Headers.Has("Access-Control-Request-Method")
}

// Preflight allows the request that the browser asks about. It does not check that the route exists: the answer to the
// request itself shows that.
func Preflight(r *exchange.Request) exchange.Answer {
	a := exchange.Answer{Status: http.StatusNoContent}
	set := func(name, value string) {
		if httpname.IsValue(value) && value != "" {
			a.Headers = append(a.Headers, exchange.Header{Name: name, Value: value})
		}
	}
	set("Access-Control-Allow-Methods", r.Headers.Get("Access-Control-Request-Method"))
	set("Access-Control-Allow-Headers", r.Headers.Get("Access-Control-Request-Headers"))
	set("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	return a
}

// Allow replaces the CORS headers of an answer, so that a page may read it and send cookies with the request.
// Source: https://fetch.spec.whatwg.org/#http-responses
func Allow(a exchange.Answer, origin string) exchange.Answer {
	const allowOrigin, allowCredentials = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
	headers := slices.DeleteFunc(slices.Clone(a.Headers), func(h exchange.Header) bool {
		return strings.EqualFold(h.Name, allowOrigin) || strings.EqualFold(h.Name, allowCredentials)
	})
	a.Headers = append(headers,
		exchange.Header{Name: allowOrigin, Value: origin},
		exchange.Header{Name: allowCredentials, Value: "true"},
		exchange.Header{Name: "Vary", Value: "Origin"})
	return a
}

// AddTo adds the origins to those whose pages may write, in the configuration of an included login's function or of an
// authorizer that opens sessions for each request. An authorizer whose answers API Gateway caches keeps rejecting these
// origins, since a cached answer applies to all pages.
func (o Origins) AddTo(env map[string]string) error {
	if len(o) == 0 {
		return nil
	}
	return cmp.Or(
		editVariable(env, login.Variable, func(settings map[string]any) { addOrigins(settings, o) }),
		editVariable(env, authz.ConfigVariable, func(settings map[string]any) {
			if session, ok := settings["session"].(map[string]any); ok && settings["perRequest"] == true {
				addOrigins(session, o)
			}
		}),
	)
}

// addOrigins adds the missing origins to the list allowOrigins.
func addOrigins(settings map[string]any, origins []string) {
	list, _ := settings["allowOrigins"].([]any)
	for _, origin := range origins {
		if !slices.Contains(list, any(origin)) {
			list = append(list, origin)
		}
	}
	settings["allowOrigins"] = list
}

// editVariable edits a variable that holds a JSON object, if the variable exists. It edits the JSON as it stands, so
// that a function of another release keeps fields that this one does not know.
func editVariable(env map[string]string, name string, edit func(map[string]any)) error {
	text, ok := env[name]
	if !ok {
		return nil
	}
	var settings map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&settings); err != nil {
		return fmt.Errorf("%s: %w: it is what the secureapi construct writes", name, err)
	}
	edit(settings)
	written, err := plainjson.Marshal(settings)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	env[name] = string(written)
	return nil
}
