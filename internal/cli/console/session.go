package console

import (
	"context"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// takesSession reports whether a route accepts the session of a login.
func takesSession(r apigateway.Route) bool { return matrix.SessionOf(r.Method.Authorizer) != nil }

// session makes a session with the token that the form requests, and returns its cookies. The page sets them only
// during its request: it is at the address of the gateway, which is another host than the app's.
func (c *Console) session(a tokenAsk, served apigateway.Route) (cookies []string, err error) {
	request, err := a.request()
	if err != nil {
		return nil, err
	}
	made, err := c.options.Gateway.Session(context.Background(), served.Method.Authorizer, request)
	if err != nil {
		return nil, wrong("credential", "%v", err)
	}
	for _, cookie := range made {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	return cookies, nil
}
