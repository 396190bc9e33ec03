package apimodel

import (
	"strings"
)

// gatewayPrincipal is the service that invokes functions for REST APIs.
const gatewayPrincipal = "apigateway.amazonaws.com"

// Permission is a statement of a function's resource-based policy. It allows a service or an account to invoke the
// function.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
type Permission struct {
	ID
	Function      string // the function's name or ARN, perhaps with an alias or version
	Action        string // such as "lambda:InvokeFunction"
	Principal     string // such as "apigateway.amazonaws.com"
	SourceARN     string // a pattern with * and ?; "" for any source
	SourceAccount string // "" for any account

	OrgID   string // the AWS organization of the callers; "" for any
	OfURL   bool   // the permission is for calls to the function's URL
	URLAuth string // the AuthType of the URL; "" for any

	Written string // the properties in the form of [cloudassembly.Written]

	// Unknown says why a part of the permission is not known, so that it may allow API Gateway to invoke any function; ""
	// if everything is known.
	Unknown string

	conditions []string // properties whose conditions requests by API Gateway never meet
}

// source describes where a permission allows calls from.
func (p *Permission) source() string {
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"Action", p.Action}, {"SourceArn", p.SourceARN}, {"SourceAccount", p.SourceAccount},
	} {
		if part.value != "" {
			parts = append(parts, part.name+" "+part.value)
		}
	}
	return strings.Join(parts, ", ")
}
