// Package openapi describes a REST API of a cloud assembly as an OpenAPI document: its routes, who may call each, and
// the bodies that its models accept, with examples.
//
//	document := openapi.Of(openapi.API{Model: api, Matrix: row, Servers: []string{"http://127.0.0.1:3000/prod"}})
//	text, err := json.Marshal(document)
//
// What OpenAPI cannot express is in members that begin with x-gatehouse-: who may call a route, and why a route is
// public. The package does not read documents, and does not know what functions answer.
//
// Source: https://spec.openapis.org/oas/v3.1.1
package openapi

import (
	"encoding/json"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// API is the input of a document.
type API struct {
	Model   *apimodel.API
	Matrix  matrix.API
	Servers []string // the URLs of its stages

	ClientCertificate bool // the servers require a client certificate (mutual TLS)
}

// version is the OpenAPI version of documents.
const version = "3.1.1"

// Document is an OpenAPI document. Its JSON is always the same for the same API, since the members of objects are
// sorted.
type Document struct {
	OpenAPI    string              `json:"openapi"`
	Info       Info                `json:"info"`
	Servers    []Server            `json:"servers"`
	Paths      map[string]PathItem `json:"paths"`
	Components Components          `json:"components"`

	// LeftOut lists the routes that Paths cannot have: OpenAPI does not tell their paths from that of another resource.
	LeftOut []string `json:"x-gatehouse-left-out,omitempty"`
}

// Info names the API.
type Info struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version"`
}

// Server is an address of the API.
type Server struct {
	URL string `json:"url"`
}

// PathItem holds the operations of a path, by method in lower case.
type PathItem map[string]Operation

// Operation is a route.
type Operation struct {
	OperationID string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description,omitempty"`
	Tags        []string              `json:"tags,omitempty"`
	Parameters  []Parameter           `json:"parameters,omitempty"`
	RequestBody *RequestBody          `json:"requestBody,omitempty"`
	Responses   map[string]Response   `json:"responses"`
	Security    []map[string][]string `json:"security"`

	Route    string               `json:"x-gatehouse-route"` // as in the access table
	Who      string               `json:"x-gatehouse-who"`
	Requires []access.Requirement `json:"x-gatehouse-requires,omitempty"`
	Public   string               `json:"x-gatehouse-public,omitempty"` // the reason
}

// Parameter is a parameter in the path, the query or the header.
type Parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Required    bool   `json:"required,omitempty"`
	Description string `json:"description,omitempty"`
	Schema      any    `json:"schema"`
}

// RequestBody is the body that a route accepts.
type RequestBody struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]Media `json:"content"`
}

// Media is a body of one type.
type Media struct {
	Schema   any                `json:"schema,omitempty"`
	Examples map[string]Example `json:"examples,omitempty"`
}

// Example is a body that the route's model accepts.
type Example struct {
	Summary string          `json:"summary"`
	Value   json.RawMessage `json:"value"`
}

// Response is an answer.
type Response struct {
	Description string           `json:"description"`
	Content     map[string]Media `json:"content,omitempty"`
}

// Components are objects to which operations refer.
type Components struct {
	Schemas         map[string]any            `json:"schemas,omitempty"`
	SecuritySchemes map[string]SecurityScheme `json:"securitySchemes,omitempty"`
}

// SecurityScheme is a guard.
type SecurityScheme struct {
	Type        string `json:"type"`
	Scheme      string `json:"scheme,omitempty"`
	Name        string `json:"name,omitempty"`
	In          string `json:"in,omitempty"`
	Description string `json:"description,omitempty"`

	// AuthType marks signatures with Signature Version 4, as the documents that API Gateway exports do.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
	AuthType string `json:"x-amazon-apigateway-authtype,omitempty"`
}
