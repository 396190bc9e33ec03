package apimodel

import (
	"encoding/json"
	"fmt"
	"slices"
)

// API is a REST API of Amazon API Gateway.
type API struct {
	ID
	APIID       string // a stand-in for its ID, such as "a1b2c3d4e5"
	Name        string
	Description string

	// Account, Region and Partition are those of the API's stack, for the ARNs of its methods.
	Account, Region, Partition string

	Policy              json.RawMessage // the resource policy; nil without one
	UnreadPolicy        json.RawMessage // the policy as in the template if it does not resolve; nil if Policy is complete
	BinaryMediaTypes    []string
	APIKeySource        string // "HEADER", the default, or "AUTHORIZER"
	MinCompressionBytes *int   // nil turns compression off
	EndpointTypes       []string
	ExecuteAPIDisabled  bool // only custom domains lead to the API

	Resources        []*Resource // sorted by path, "/" first
	Methods          []*Method   // sorted by path and verb
	Authorizers      []*Authorizer
	Schemas          []*Schema // the API's models: API Gateway's own, and the app's
	GatewayResponses []*GatewayResponse
	Stages           []*Stage
}

var verbs = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"}

// Verbs returns the verbs that a method of an API answers. ANY stands for the verbs for which the path has no method of
// their own.
func (m *Method) Verbs(a *API) (list []string) {
	if m.Verb != "ANY" {
		return []string{m.Verb}
	}
	for _, verb := range verbs {
		own := slices.ContainsFunc(a.Methods, func(o *Method) bool { return o.Path == m.Path && o.Verb == verb })
		if verb != "ANY" && !own {
			list = append(list, verb)
		}
	}
	return list
}

// MethodARN returns the ARN that API Gateway gives as the source of an invocation for a method: with the path of the
// resource, as in "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/orders/{id}".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
func (a *API) MethodARN(stage, verb, path string) string {
	return a.executeARN() + "/" + stage + "/" + verb + path
}

// AuthorizerARN returns the ARN that API Gateway gives as the source of an invocation of an authorizer. It has no
// stage.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
func (a *API) AuthorizerARN(authorizer *Authorizer) string {
	return a.executeARN() + "/authorizers/" + authorizer.AuthorizerID
}

func (a *API) executeARN() string {
	return fmt.Sprintf("arn:%s:execute-api:%s:%s:%s", a.Partition, a.Region, a.Account, a.APIID)
}

// OtherAPI is an API that the local gateway does not serve.
type OtherAPI struct {
	ID
	Kind string // "an HTTP", "a WebSocket", or "a REST" for one outside the assembly that gets methods from it

	// Written holds the properties of its routes and authorizers, each in the form of [cloudassembly.Written].
	Written []string
}
