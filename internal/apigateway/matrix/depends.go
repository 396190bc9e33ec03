package matrix

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Document is a policy.
type Document struct {
	// Statements are in JSON, with members sorted by name and "execute-api:/" in place of the API's own ARN.
	Statements []string

	// NotKnown says why a policy was not read in full; "" if it was, or if there is no policy.
	NotKnown string
}

// Endpoint describes how an API is reached.
type Endpoint struct {
	Types  []string `json:"types"`              // such as "REGIONAL" or "PRIVATE"
	Closed bool     `json:"executeApiDisabled"` // only custom domains lead to the API

	Domains []Domain `json:"domains,omitempty"` // custom domains, in the order of their names
}

// Domain is a custom domain that leads to stages of an API.
type Domain struct {
	Name  string `json:"name"` // such as "shop.example.com/v1"
	Stage string `json:"stage,omitempty"`

	// Truststore is for the client certificates that it requires (mutual TLS); "" if it requires none.
	Truststore string `json:"truststore,omitempty"`

	// Rule is the routing rule that leads to the API, such as "routing rule 10 for header x-version: beta"; "" for a
	// mapping.
	Rule string `json:"routingRule,omitempty"`

	// Except lists what takes requests from this way: routing rules that come first, and longer base paths, of other APIs
	// or stages.
	Except []string `json:"except,omitempty"`
}

// OutsideTruststore stands for the truststore of a domain outside the assembly, which may have one.
const OutsideTruststore = "that of a domain which is not in the assembly"

// Plan is a usage plan, with its API keys for stages of an API.
type Plan struct {
	Name   string   `json:"name"` // such as "Shop/Plan"
	Stages []string `json:"stages"`
	Keys   []string `json:"keys"`                // logical IDs, such as "Shop/Key", of keys that are or may be enabled
	Others []string `json:"otherKeys,omitempty"` // IDs of keys outside the assembly
}

// Principal is a role or user, with what its policies say about calls.
type Principal struct {
	Name, ARN string
	User      bool
	Policy    Document
	Managed   []string // ARNs of managed policies outside the assembly
	Trust     string   // the trust policy of a role, as in the template; "" for a user
	MayCall   []string // routes behind IAM with at least one allowed path
}

// Readable says which pages may read the answers of some routes.
type Readable struct {
	Origin      string   `json:"origin"`      // such as "https://shop.example.com", or "*"
	Credentials bool     `json:"credentials"` // even to requests with cookies
	Routes      []string `json:"routes"`
}

// fillDependencies fills in what access depends on besides routes and authorizers.
func (a *API) fillDependencies(m *apimodel.Model, api *apimodel.API) {
	a.ARN = "arn:" + api.Partition + ":execute-api:" + api.Region + ":" + api.Account + ":" + api.APIID
	for _, s := range api.Stages {
		a.Stages = append(a.Stages, s.Name)
	}
	slices.Sort(a.Stages)
	a.Endpoint = Endpoint{Types: slices.Sorted(slices.Values(api.EndpointTypes)), Closed: api.ExecuteAPIDisabled}
	for _, d := range m.Domains {
		a.Endpoint.Domains = append(a.Endpoint.Domains, waysFrom(d, api)...)
	}
	slices.SortStableFunc(a.Endpoint.Domains, func(x, y Domain) int { return cmp.Compare(x.Name, y.Name) })
	a.KeySource = cmp.Or(api.APIKeySource, "HEADER")
	if api.Policy != nil {
		a.Document = documentOf(a.ARN, api.Policy)
	}
	for _, p := range m.ProblemsOf(api.ID) {
		if p.OfPolicy {
			a.Document.NotKnown = p.What
			if api.UnreadPolicy != nil { // so that two policies that differ are not treated as equal
				a.Document.Statements = documentOf(a.ARN, api.UnreadPolicy).Statements
			}
			if api.UnreadPolicy != nil && a.Document.Statements == nil {
				a.Document.Statements = []string{string(api.UnreadPolicy)}
			}
		}
	}
	a.Plans = plansOf(m, api)
	statements := strings.Join(a.Document.Statements, " ")
	for _, p := range m.Principals {
		made := principalOf(a, p)
		named := strings.Contains(statements, `"`+p.ARN+`"`)
		if named || made.Policy.Statements != nil || made.Policy.NotKnown != "" || made.Managed != nil {
			a.Principals = append(a.Principals, made)
		}
	}
	slices.SortStableFunc(a.Principals, func(x, y Principal) int { return cmp.Compare(x.Name, y.Name) })
	a.Readable = readablePages(m, api)
	a.Unread = unresolved(m, api, a)
}

func plansOf(m *apimodel.Model, api *apimodel.API) (out []Plan) {
	for _, p := range m.UsagePlans {
		made := Plan{Name: p.ID.String()}
		for _, s := range p.Stages {
			if s.API == api {
				made.Stages = append(made.Stages, s.Stage)
			}
		}
		for _, k := range p.Keys {
			if k.Enabled || k.NotKnown {
				made.Keys = append(made.Keys, k.ID.String())
			}
		}
		if made.Stages != nil {
			slices.Sort(made.Stages)
			slices.Sort(made.Keys)
			made.Others = slices.Sorted(slices.Values(p.Others))
			out = append(out, made)
		}
	}
	slices.SortStableFunc(out, func(x, y Plan) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// documentOf reads a policy's statements one by one.
func documentOf(arn string, policy json.RawMessage) (out Document) {
	var doc struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal(policy, &doc); err != nil {
		return Document{NotKnown: err.Error()}
	}
	if _, err := iampolicy.Parse(string(policy)); err != nil {
		out.NotKnown = err.Error()
	}
	list := []json.RawMessage{doc.Statement}
	if strings.HasPrefix(strings.TrimSpace(string(doc.Statement)), "[") {
		if err := json.Unmarshal(doc.Statement, &list); err != nil {
			return Document{NotKnown: err.Error()}
		}
	}
	for _, s := range list {
		var v any
		if err := json.Unmarshal(s, &v); err != nil {
			return Document{NotKnown: err.Error()}
		}
		out.Statements = append(out.Statements, string(plainjson.Must(shortenARN(arn, v))))
	}
	return out
}

// shortenARN replaces the API's own ARN by the short form that a resource policy may have.
func shortenARN(arn string, v any) any {
	switch v := v.(type) {
	case string:
		if rest, own := strings.CutPrefix(v, arn+"/"); own {
			return "execute-api:/" + rest
		}
	case []any:
		for i := range v {
			v[i] = shortenARN(arn, v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = shortenARN(arn, v[key])
		}
	}
	return v
}

// Parse parses the statements. The short form of the API's own ARN stands for arn.
func (d Document) Parse(arn string) (iampolicy.Document, error) {
	if d.Statements == nil {
		return iampolicy.Document{}, nil // a document without statements is not valid
	}
	doc, err := iampolicy.Parse(`{"Version":"` + iampolicy.Version + `","Statement":[` +
		strings.Join(d.Statements, ",") + `]}`)
	return doc.Expand(arn), err
}

// principalOf returns a principal with its statements about calls of an API.
func principalOf(a *API, p *apimodel.Principal) Principal {
	out := Principal{Name: p.ID.String(), ARN: p.ARN, User: p.User, Trust: p.Trust}
	for _, arn := range p.Managed {
		switch {
		case allowsCalls(arn):
			out.Policy.Statements = append(out.Policy.Statements,
				`{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}`)
		case !harmlessARN(arn):
			out.Managed = append(out.Managed, arn)
		}
	}
	if p.Err != nil {
		out.Policy.NotKnown = p.Err.Error() // the known part is compared as a text
	}
	for _, policy := range slices.Concat(p.Policies, p.Unread) {
		doc := documentOf(a.ARN, policy)
		for _, s := range doc.Statements {
			if aboutCalls(s) {
				out.Policy.Statements = append(out.Policy.Statements, s)
			}
		}
		if doc.Statements == nil && doc.NotKnown != "" {
			out.Policy.NotKnown = doc.NotKnown
		}
	}
	if out.Policy.Statements == nil || out.Policy.NotKnown != "" {
		return out
	}
	doc, err := out.Policy.Parse(a.ARN)
	if err != nil {
		out.Policy.NotKnown = err.Error()
		return out
	}
	out.MayCall = mayCall(a, doc)
	return out
}

// aboutCalls reports whether a statement may be about calls of a REST API. That includes statements that cannot be
// read.
func aboutCalls(statement string) bool {
	doc, err := iampolicy.ParseTemplate(`{"Version":"` + iampolicy.Version + `","Statement":[` + statement + `]}`)
	if err != nil {
		return true
	}
	for _, s := range doc.Statements {
		if s.NotAction != nil {
			return !slices.ContainsFunc(s.NotAction, func(action string) bool {
				return iampolicy.Match(strings.ToLower(action), strings.ToLower(iampolicy.InvokeAction))
			})
		}
		if slices.ContainsFunc(s.Action, func(action string) bool {
			return action == iampolicy.Unknown || iampolicy.Match(strings.ToLower(action),
				strings.ToLower(iampolicy.InvokeAction))
		}) {
			return true
		}
	}
	return false
}

// mayCall returns the routes behind IAM for which a policy's Allow may match a path on some stage.
func mayCall(a *API, doc iampolicy.Document) (out []string) {
	for _, r := range a.Routes {
		if r.Kind != IAM {
			continue
		}
		p, err := route.Parse(r.String())
		if err != nil {
			continue
		}
		verbs := []string{r.Verb}
		if r.Verb == route.Any {
			verbs = route.Verbs
		}
		if slices.ContainsFunc(a.Stages, func(stage string) bool {
			return slices.ContainsFunc(verbs, func(verb string) bool {
				name := a.ARN + "/" + stage + "/" + verb + p.Wildcard()
				return slices.ContainsFunc(doc.Statements, func(s iampolicy.Statement) bool {
					meets := func(pattern string) bool { return iampolicy.Meet(pattern, name) }
					return s.Effect == iampolicy.Allow && (s.NotResource != nil || slices.ContainsFunc(s.Resource, meets))
				})
			})
		}) {
			out = append(out, r.String())
		}
	}
	return out
}
