package checks

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// sourceValue returns the value of an identity source in a request; "" if it is missing.
func (g *Guard) sourceValue(c *Call, s apimodel.IdentitySource) string {
	switch s.In {
	case "header":
		return c.Headers.Get(s.Name)
	case "querystring":
		value, _ := exchange.QueryValue(c.RawQuery, s.Name)
		return value
	case "stageVariables":
		return g.options.Stage.Variables[s.Name]
	case "context":
		return g.contextValue(c, s.Name)
	}
	return ""
}

// contextValue returns a variable of $context that is known before a request is authorized.
func (g *Guard) contextValue(c *Call, name string) string {
	source := &mapping.Source{Request: c.Request, Context: mapping.Context{
		AccountID:    g.options.API.Account,
		APIID:        g.options.API.APIID,
		Stage:        g.options.Stage.Name,
		ResourceID:   c.Method.Resource.ResourceID,
		ResourcePath: c.Method.Path,
	}}
	return source.RequestVariable(name)
}
