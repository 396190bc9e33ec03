package matrix

import (
	"bytes"
	"encoding/json"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// jsonVersion changes when what a member means does, or when one goes away.
const jsonVersion = 1

type jsonMatrix struct {
	Version int       `json:"version"`
	APIs    []jsonAPI `json:"apis"`
}

type jsonAPI struct {
	Stack          string      `json:"stack"`
	Name           string      `json:"name"`
	ResourcePolicy bool        `json:"resourcePolicy"`
	Routes         []jsonRoute `json:"routes"`
}

type jsonRoute struct {
	Route        string            `json:"route"`
	Authorizer   jsonAuthorizer    `json:"authorizer"`
	CacheSeconds *float64          `json:"cacheSeconds,omitempty"` // without an authorizer there is none
	APIKey       bool              `json:"apiKey"`
	Requires     []jsonRequirement `json:"requires,omitempty"` // as in an access table
	WhoMayCall   string            `json:"whoMayCall"`
	Public       string            `json:"public,omitempty"`
}

type jsonAuthorizer struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

type jsonRequirement struct {
	Kind  access.Kind `json:"kind"`
	AnyOf []string    `json:"anyOf"`
}

// JSON is the matrix as JSON, with the same content as [Matrix.Text].
func (m Matrix) JSON() []byte {
	out := jsonMatrix{Version: jsonVersion, APIs: []jsonAPI{}}
	for _, api := range m.APIs {
		a := jsonAPI{Stack: api.Stack, Name: api.Name, ResourcePolicy: api.ResourcePolicy, Routes: []jsonRoute{}}
		for _, r := range api.Routes {
			route := jsonRoute{
				Route: r.String(), Authorizer: jsonAuthorizer{r.Kind, r.Authorizer}, APIKey: r.APIKey, WhoMayCall: r.Who, Public: r.Public,
			}
			if r.Cache != nil {
				seconds := r.Cache.Seconds()
				route.CacheSeconds = &seconds
			}
			for _, req := range r.Requires {
				route.Requires = append(route.Requires, jsonRequirement(req))
			}
			a.Routes = append(a.Routes, route)
		}
		out.APIs = append(out.APIs, a)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		panic(err) // strings, numbers and booleans always encode
	}
	return b.Bytes()
}
