package apimodel

import (
	"strings"
)

// gatewayPrincipal is the service that invokes functions for REST APIs.
const gatewayPrincipal = "apigateway.amazonaws.com"

// Permission is a statement of a function's resource-based policy: it lets a service or an account invoke the function.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
type Permission struct {
	ID
	Function      string // its name or ARN, perhaps with an alias or version
	Action        string // such as "lambda:InvokeFunction"
	Principal     string // such as "apigateway.amazonaws.com"
	SourceARN     string // a pattern with * and ?; "" for any source
	SourceAccount string // "" for any account

	OrgID   string // the AWS organization that callers have to be in; "" for any
	OfURL   bool   // it is for calls by the function's URL
	URLAuth string // the AuthType of the URL that it is for; "" for any

	Written string // its properties as [cloudassembly.Written] shows them

	// Unknown says why a part of it is not known, so that it may let API Gateway invoke any function; "" if all is known.
	Unknown string

	conditions []string // properties whose conditions a request of API Gateway never meets
}

// source is what a permission says of where calls may come from.
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
