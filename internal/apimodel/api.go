package apimodel

import (
	"encoding/json"
	"fmt"
	"slices"
)

// API is a REST API of Amazon API Gateway.
type API struct {
	ID
	APIID       string // the stand-in for its id, such as "a1b2c3d4e5"
	Name        string
	Description string

	// Account, Region and Partition are those of its stack, for the ARNs of its methods.
	Account, Region, Partition string

	Policy              json.RawMessage // the resource policy; nil without one
	UnreadPolicy        json.RawMessage // one that does not resolve, as the template has it; nil if Policy is all of it
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
	Stages           []*Stage
}

var verbs = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"}

// Verbs returns the verbs that a method of an API answers. ANY stands for those without a method of their own on the
// path.
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

// AuthorizerARN is the ARN that API Gateway gives as the source of an invocation of an authorizer. It has no stage.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
func (a *API) AuthorizerARN(authorizer *Authorizer) string {
	return a.executeARN() + "/authorizers/" + authorizer.AuthorizerID
}

func (a *API) executeARN() string {
	return fmt.Sprintf("arn:%s:execute-api:%s:%s:%s", a.Partition, a.Region, a.Account, a.APIID)
}

// OtherAPI is an API that a local run does not serve.
type OtherAPI struct {
	ID
	Kind string // "an HTTP" or "a WebSocket", or "a REST" for one that is not in the assembly and gets methods from it

	// Written are the properties of its routes and authorizers, each as [cloudassembly.Written] shows them.
	Written []string
}
