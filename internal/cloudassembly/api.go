package cloudassembly

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// API is a REST API of Amazon API Gateway.
type API struct {
	ID
	APIID       string // the stand-in for its id, such as "a1b2c3d4e5"
	Name        string
	Description string

	// Account, Region and Partition are those of its stack, for the ARNs of its methods.
	Account, Region, Partition string

	Policy              json.RawMessage // the resource policy; nil if there is none
	BinaryMediaTypes    []string
	APIKeySource        string // "HEADER", the default, or "AUTHORIZER"
	MinCompressionBytes *int   // nil turns compression off
	EndpointTypes       []string
	ExecuteAPIDisabled  bool // it is called by a custom domain only

	Resources        []*Resource // in the order of their paths, "/" first
	Methods          []*Method   // in the order of their paths and verbs
	Authorizers      []*Authorizer
	Schemas          []*Schema // the models: those that API Gateway makes, and the app's own
	GatewayResponses []*GatewayResponse
	Deployments      []*Deployment
	Stages           []*Stage
}

// Resource is a path of an API.
type Resource struct {
	ID
	ResourceID string // the stand-in for its id
	Path       string // such as "/orders/{id}" or "/files/{proxy+}"; "/" for the root
}

// maxPolicy is the quota "Length, in characters, of API Gateway resource policy".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxPolicy = 8192

// readAPIs reads the APIs with their root resources.
func (b *builder) readAPIs() {
	b.each("AWS::ApiGateway::RestApi", func(r *reader) {
		api := &API{
			ID: r.id, APIID: r.physicalID(), Name: r.notice().text("Name"), Description: r.notice().text("Description"),
			Account: b.evaluator.Account(r.stack), Region: b.evaluator.Region(r.stack), Partition: b.evaluator.Partition(r.stack),
			Policy: r.ofPolicy().policyDocument("Policy"), BinaryMediaTypes: r.texts("BinaryMediaTypes"),
			APIKeySource:        r.oneOf("ApiKeySourceType", "HEADER", "AUTHORIZER"),
			MinCompressionBytes: r.integer("MinimumCompressionSize"),
			EndpointTypes:       r.object("EndpointConfiguration").texts("Types"),
			ExecuteAPIDisabled:  r.bool("DisableExecuteApiEndpoint"),
		}
		for _, name := range []string{"Body", "BodyS3Location"} {
			if r.has(name) {
				r.problem("its routes are in an OpenAPI document (%s), which is not read: declare them as methods, as awsapigateway.RestApi does", name)
			}
		}
		if r.has("CloneFrom") {
			r.problem("it is cloned from an API that is not in the assembly (CloneFrom)")
		}
		if r.has("Policy") && string(api.Policy) == "null" {
			r.ofPolicy().problem("its policy is null: leave it out")
		}
		if n := utf8.RuneCount(api.Policy); n > maxPolicy {
			r.notice().problem("its policy has %d characters, and API Gateway takes %d unless that quota was raised", n, maxPolicy)
		}
		root := &Resource{ID: r.id, ResourceID: r.attribute("RootResourceId"), Path: "/"}
		api.Resources = []*Resource{root}
		b.apis[api.APIID], b.resources[root.ResourceID], b.owner[root] = api, root, api
		b.model.APIs = append(b.model.APIs, api)
	})
}

// policyDocument is a policy as a JSON document; nil if it is not set, or is the empty text. CloudFormation takes that for no policy.
// Source: "To remove a policy, set it to an empty string", seen in
// https://github.com/hashicorp/terraform-provider-aws/issues/5549
func (r *reader) policyDocument(name string) json.RawMessage {
	if t, ok := r.values[name].(string); ok && t == "" {
		return nil
	}
	return r.json(name)
}

// apiOf finds the API that a resource belongs to; nil if it is not in the assembly, or not known. What cannot be told
// apart takes all APIs out of service that it may belong to, so that no route is served without what guards it.
func (b *builder) apiOf(r *reader) *API {
	const name = "RestApiId"
	if bad, ok := r.values[name].(broken); ok {
		r.broken(bad)
		b.blockAPIs(r.stack, "it cannot be told whether "+r.id.String()+" belongs to it, as that one's "+name+" is not resolved")
		return nil
	}
	id := r.need(name)
	if id == "" {
		return nil
	}
	api := b.apis[id]
	if api == nil {
		r.problem("its API %s is not in the assembly", id)
	}
	return api
}

// unplaced notes that a path or method of an API could not be read: a request for it would reach another one, so the API
// is taken out of service.
func (b *builder) unplaced(r *reader, api *API, format string, args ...any) {
	r.problem(format, args...)
	b.problem(Problem{ID: api.ID, What: "it is not complete without " + r.id.String() + ", which could not be read", Blocks: true})
}

// readResources puts the tree of paths together.
func (b *builder) readResources() {
	type node struct {
		r              *reader
		api            *API
		parent, part   string
		resource       *Resource
		visited, ready bool
	}
	nodes := map[string]*node{}
	var order []string
	b.each("AWS::ApiGateway::Resource", func(r *reader) {
		api := b.apiOf(r)
		if api == nil {
			return
		}
		n := &node{r: r, api: api, parent: r.need("ParentId"), part: r.need("PathPart")}
		n.resource = &Resource{ID: r.id, ResourceID: r.physicalID()}
		nodes[n.resource.ResourceID] = n
		order = append(order, n.resource.ResourceID)
	})
	var place func(n *node) bool
	place = func(n *node) bool {
		if n.visited {
			return n.ready
		}
		n.visited = true
		parent := b.resources[n.parent]
		if up := nodes[n.parent]; parent == nil && up != nil && place(up) {
			parent = up.resource
		}
		if parent == nil || b.owner[parent] != n.api || n.part == "" || strings.Contains(n.part, "/") {
			b.unplaced(n.r, n.api, "its path is not known: its parent %s is no path of the API, or its PathPart %q is not one segment",
				describe(n.parent), n.part)
			return false
		}
		n.resource.Path = strings.TrimSuffix(parent.Path, "/") + "/" + n.part
		b.resources[n.resource.ResourceID], b.owner[n.resource] = n.resource, n.api
		n.api.Resources = append(n.api.Resources, n.resource)
		n.ready = true
		return true
	}
	for _, id := range order {
		place(nodes[id])
	}
	for _, api := range b.model.APIs {
		slices.SortStableFunc(api.Resources, func(x, y *Resource) int { return cmp.Compare(x.Path, y.Path) })
		for i := 1; i < len(api.Resources); i++ {
			if x, y := api.Resources[i-1], api.Resources[i]; x.Path == y.Path {
				b.problem(Problem{ID: api.ID, What: "it has the path " + x.Path + " twice: " + x.ID.String() + ", " + y.ID.String(), Blocks: true})
			}
		}
	}
}
