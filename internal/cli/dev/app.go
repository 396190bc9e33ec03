package dev

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// servedApp is an API in which users log in, with its address for a browser.
type servedApp struct {
	api, url string
	login    string // the URL at which a user logs in
	first    string // the API that has the root of the address instead; "" if this one has it
}

// servedApps lists the APIs in which users log in, the one at the root first.
func servedApps(g *apigateway.Gateway, routes matrix.Matrix, origin string) (out []servedApp) {
	for _, app := range g.Apps() {
		base := app.URL(origin)
		a := servedApp{api: app.API.ID.String()}
		for _, api := range routes.APIs {
			if api.ID == app.API.ID {
				a.api = api.String()
			}
		}
		if !app.Root {
			a.first = out[0].api
		}
		a.url, a.login = base+"/", base+app.Login+"/login"
		out = append(out, a)
	}
	return out
}

func (a servedApp) String() string {
	text := "the app of " + a.api + " is at " + a.url + ", and users log in at " + a.login
	if a.first != "" {
		text += ": the root is the app of " + a.first
	}
	return text
}
