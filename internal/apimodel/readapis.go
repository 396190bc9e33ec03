package apimodel

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// maxPolicy is the quota "Length, in characters, of API Gateway resource policy".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxPolicy = 8192

// readAPIs reads the APIs with their root resources.
func (b *builder) readAPIs() {
	b.each("AWS::ApiGateway::RestApi", func(r *reader) {
		api := &API{
			ID:                  r.id,
			APIID:               r.physicalID(),
			Name:                r.notice().text("Name"),
			Description:         r.notice().text("Description"),
			Account:             b.evaluator.Account(r.stack),
			Region:              b.evaluator.Region(r.stack),
			Partition:           b.evaluator.Partition(r.stack),
			Policy:              r.ofPolicy().policyDocument("Policy"),
			BinaryMediaTypes:    r.texts("BinaryMediaTypes"),
			APIKeySource:        r.oneOf("ApiKeySourceType", "HEADER", "AUTHORIZER"),
			MinCompressionBytes: r.integer("MinimumCompressionSize"),
			EndpointTypes:       r.object("EndpointConfiguration").texts("Types"),
			ExecuteAPIDisabled:  r.bool("DisableExecuteApiEndpoint"),
		}
		if written := documents(r.resource.Properties["Policy"]); api.Policy == nil && r.has("Policy") && written != nil {
			api.UnreadPolicy = written[0]
		}
		for _, name := range []string{"Body", "BodyS3Location"} {
			if r.has(name) {
				r.problem("its routes are in an OpenAPI document (%s), which is not read: declare them as methods, as "+
					"awsapigateway.RestApi does", name)
			}
		}
		if r.has("CloneFrom") {
			r.problem("it is cloned from an API that is not in the assembly (CloneFrom)")
		}
		if r.has("Policy") && string(api.Policy) == "null" {
			r.ofPolicy().problem("its policy is null: leave it out")
		}
		if n := utf8.RuneCount(api.Policy); n > maxPolicy {
			r.notice().problem("its policy has %d characters, and API Gateway takes %d unless that quota was raised",
				n, maxPolicy)
		}
		root := &Resource{ID: r.id, ResourceID: r.attribute("RootResourceId"), Path: "/"}
		api.Resources = []*Resource{root}
		b.apis[api.APIID], b.resources[root.ResourceID], b.owner[root] = api, root, api
		b.model.APIs = append(b.model.APIs, api)
	})
}

// policyDocument returns a policy as a JSON document. It returns nil if the policy is not set or is the empty text,
// which CloudFormation treats as no policy.
// Source: "To remove a policy, set it to an empty string", seen in
// https://github.com/hashicorp/terraform-provider-aws/issues/5549
func (r *reader) policyDocument(name string) json.RawMessage {
	if t, ok := r.values[name].(string); ok && t == "" {
		return nil
	}
	return r.json(name)
}

// readResources builds the tree of paths.
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
			b.unplaced(n.r, n.api, "its path is not known: its parent %s is not a path of the API, or its PathPart %q is "+
				"not one segment",
				cloudassembly.Describe(n.parent), n.part)
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
				b.problem(Problem{ID: api.ID, What: "it has the path " +
					x.Path + " twice: " + x.ID.String() + ", " + y.ID.String(), Blocks: true})
			}
		}
	}
}
