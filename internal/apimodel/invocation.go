package apimodel

import (
	"slices"
)

// Invocation is a call of a function by API Gateway, for a method's integration or for an authorizer.
type Invocation struct {
	API         *API
	Function    *Function
	Qualifier   string // the alias or version in the ARN that is invoked; "" for none
	Credentials string // the ARN of the role that makes the call; "" for API Gateway itself
	SourceARN   string // see [API.MethodARN] and [API.AuthorizerARN]
}

// name returns the function as readers find it in the template, with its alias.
func (i Invocation) name() string {
	if i.Qualifier == "" {
		return i.Function.ID.String()
	}
	return i.Function.ID.String() + ":" + i.Qualifier
}

// Use is an invocation with its purpose.
type Use struct {
	Invocation
	For string // such as "GET /orders of the stage prod", or "the authorizer Shop/Auth"
}

// uses returns the invocations that API Gateway may have to make for an API: one for each verb of each route on each
// stage, and one for each authorizer of a route on each stage.
func (a *API) uses() (list []Use) {
	for _, stage := range a.Stages {
		for _, method := range a.Methods {
			if f, qualifier := method.Integration.FunctionOn(stage); f != nil {
				for _, verb := range method.Verbs(a) {
					list = append(list, Use{
						For: verb + " " + method.Path + " of the stage " + stage.Name,
						Invocation: Invocation{
							API: a, Function: f, Qualifier: qualifier, Credentials: method.Integration.Credentials,
							SourceARN: a.MethodARN(stage.Name, verb, method.Path),
						},
					})
				}
			}
			guard := method.Authorizer
			if guard == nil {
				continue
			}
			if f, qualifier := guard.FunctionOn(stage); f != nil {
				use := Use{For: "the authorizer " + guard.ID.String(), Invocation: Invocation{
					API: a, Function: f, Qualifier: qualifier, Credentials: guard.Credentials, SourceARN: a.AuthorizerARN(guard),
				}}
				if !slices.Contains(list, use) {
					list = append(list, use)
				}
			}
		}
	}
	return list
}
