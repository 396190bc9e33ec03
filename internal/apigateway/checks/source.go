package checks

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
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
	switch name {
	case "accountId":
		return g.options.API.Account
	case "apiId":
		return g.options.API.APIID
	case "domainName":
		return c.Host
	case "domainPrefix":
		return c.DomainPrefix(g.options.API.APIID)
	case "extendedRequestId":
		return c.ExtendedID
	case "httpMethod":
		return c.Verb
	case "identity.sourceIp":
		return c.SourceIP
	case "identity.userAgent":
		return c.Headers.Get("User-Agent")
	case "path":
		return c.FullPath()
	case "protocol":
		return c.Protocol
	case "requestId":
		return c.RequestID
	case "requestTime":
		return c.Time.UTC().Format("02/Jan/2006:15:04:05 -0700")
	case "requestTimeEpoch":
		return fmt.Sprint(c.Time.UnixMilli())
	case "resourceId":
		return c.Method.Resource.ResourceID
	case "resourcePath":
		return c.Method.Path
	case "stage":
		return g.options.Stage.Name
	}
	return ""
}
