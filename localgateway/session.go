package localgateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// MakeSession creates a session of the assembly's login, as if a user had signed in, and returns the cookies to send.
// The session has the token that r describes, and no refresh token. A request also needs the header Sec-Fetch-Site,
// which browsers send:
//
//	r, _ := http.NewRequest("GET", api.AppURL+"/orders", nil)
//	r.Header.Set("Sec-Fetch-Site", "same-origin")
//	for _, c := range api.Session(localgateway.TokenRequest{Scopes: []string{"orders:read"}}) {
//		r.AddCookie(c)
//	}
//
// It returns an error if no route accepts a session, if there are several logins and r's Issuer does not select one, if
// the token cannot be made, and with [ConfiguredIssuers].
func (g *Gateway) MakeSession(r TokenRequest) ([]*http.Cookie, error) {
	if g.issuer == nil {
		return nil, errors.New(
			"localgateway: no session can be made with ConfiguredIssuers: the configured issuers log users in",
		)
	}
	a, err := g.gateway.SessionAuthorizer(r.Issuer)
	if err != nil {
		return nil, fmt.Errorf("localgateway: %w", err)
	}
	cookies, err := g.gateway.Session(context.Background(), a, r.request())
	if err != nil {
		return nil, fmt.Errorf("localgateway: %w", err)
	}
	return cookies, nil
}
