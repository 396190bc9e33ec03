package matrix

import (
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Kept says that a stage caches the answers of a route, so that a caller can get the answer to another caller's
// request.
type Kept struct {
	Stage, Route string
	For          time.Duration
	Keys         []string // request parameters of the cache key, besides the route
}

// FunctionURL is an address of a function behind a route, at which it is called without the API.
type FunctionURL struct {
	// Function is such as "Shop/Orders", followed by the alias if the address is that of an alias.
	Function string `json:"function"`

	AuthType string   `json:"authType,omitempty"` // "AWS_IAM", "NONE" for all callers, or "" if not known
	Routes   []string `json:"routes"`             // the routes that the function answers
}

// keptRoutes returns the routes whose answers are cached.
func keptRoutes(api *apimodel.API) (out []Kept) {
	for _, s := range api.Stages {
		for _, m := range api.Methods {
			if ttl := s.Caches(m); ttl > 0 {
				out = append(
					out,
					Kept{Stage: s.Name, Route: m.Verb + " " + m.Path, For: ttl, Keys: m.Integration.CacheKeys},
				)
			}
		}
	}
	return out
}

func functionURLs(m *apimodel.Model, api *apimodel.API) (out []FunctionURL) {
	for _, u := range m.FunctionURLs {
		made := FunctionURL{AuthType: u.AuthType}
		for _, method := range api.Methods {
			if f := m.Behind(method); f != nil && f == u.Function {
				made.Function = f.ID.String()
				made.Routes = append(made.Routes, method.Verb+" "+method.Path)
			}
		}
		if u.Qualifier != "" {
			made.Function += ":" + u.Qualifier
		}
		if made.Routes != nil {
			out = append(out, made)
		}
	}
	return out
}

func policyOf(api *apimodel.API) ResourcePolicy {
	switch {
	case api.Policy == nil:
		return NoPolicy
	case allowsAll(api):
		return AllowsAll
	}
	return MayRefuse
}

// allowsAll reports whether an API's resource policy denies nothing and allows every caller every route, so that it
// refuses no request. It returns false for a policy that is not read in full.
func allowsAll(api *apimodel.API) bool {
	doc, err := iampolicy.Parse(string(api.Policy))
	if err != nil ||
		slices.ContainsFunc(doc.Statements, func(s iampolicy.Statement) bool { return s.Effect != iampolicy.Allow }) {
		return false
	}
	root := "arn:" + api.Partition + ":execute-api:" + api.Region + ":" + api.Account + ":" + api.APIID
	doc = doc.Expand(root)
	for _, s := range doc.Statements {
		if s.Principal == nil || !s.Principal.Anyone || len(s.Conditions) > 0 || s.NotResource != nil ||
			s.NotAction != nil {
			continue
		}
		alone, all := iampolicy.Document{Version: doc.Version, Statements: []iampolicy.Statement{s}}, true
		// A pattern that matches these two names matches all: they differ in length, and no real stage, verb or path has
		// them.
		for _, name := range []string{"/\x00/\x00/\x00", "/\x00\x00/\x00\x00/\x00\x00"} {
			request := iampolicy.Request{Action: iampolicy.InvokeAction, Resource: root + name}
			all = all && alone.Evaluate(request).Outcome == iampolicy.Allowed
		}
		if all {
			return true
		}
	}
	return false
}
