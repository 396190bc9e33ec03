// Package pages lets the pages of development servers call the APIs of the local gateway, independent of the APIs' CORS
// settings. It answers preflights, changes the headers of answers, and adds the pages' origins to the settings of the
// included functions. The flag --cors-origin of gatehouse dev sets the origins.
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

// Of returns the origin of a request's page if it is among these, and "" otherwise.
func (o Origins) Of(r *exchange.Request) string {
	for _, origin := range o { // compared byte by byte: https://fetch.spec.whatwg.org/#cors-check
		if r.Headers.Get("Origin") == origin && r.Headers.First("Origin") == origin {
			return origin
		}
	}
	return ""
}

// IsPreflight reports whether a request is a preflight, with which a browser asks whether a page may send a request.
// Source: https://fetch.spec.whatwg.org/#cors-preflight-request
func IsPreflight(r *exchange.Request) bool {
	return r.Verb == http.MethodOptions && r.Headers.Has("Access-Control-Request-Method")
}

// Preflight returns an answer that allows the request of a preflight. It does not check that the route exists.
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

// AddTo adds the origins to allowOrigins in the configuration of the included login, and of an included authorizer of
// sessions that has perRequest. It does not change an authorizer whose answers API Gateway caches, because a cached
// answer applies to all pages.
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

// editVariable edits the JSON object in a variable, if the variable exists. It keeps unknown members, which a function
// of another release may have.
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
