package console

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/openapi"
)

// TestOpenAPI checks that the description is that of the served API, with the right address.
func TestOpenAPI(t *testing.T) {
	c := newConsole(t, shop())
	name := get[apis](t, c, "/~/apis").APIs[0].Name
	for _, path := range []string{"/~/openapi.json", "/~/openapi.json?api=" + name} {
		got := get[openapi.Document](t, c, path)
		if len(got.Servers) != 1 || got.Servers[0].URL != base+"/prod" || got.Info.Title != "shop" {
			t.Errorf("%s: %+v %+v", path, got.Info, got.Servers)
		}
		orders := got.Paths["/orders"]["get"]
		if orders.Who != "scope orders/read" || orders.Route != "GET /orders" {
			t.Errorf("%s: %+v", path, orders)
		}
		scheme := got.Components.SecuritySchemes["pool"]
		if _, guarded := orders.Security[0]["pool"]; !guarded || scheme.Name != "X-Shop" || scheme.In != "header" {
			t.Errorf("%s: %+v, %+v", path, orders.Security, scheme)
		}
		if cookie := got.Components.SecuritySchemes["Cookie"]; cookie.In != "cookie" || cookie.Name != "session-of" {
			t.Errorf("%s: %+v", path, cookie)
		}
	}
	a := c.Serve(t.Context(), request("GET /~/openapi.json?api=gone"))
	if a.Status != 404 || !strings.Contains(string(a.Body), name) {
		t.Errorf("an unknown API: %d: %s", a.Status, a.Body)
	}
}

// TestPersonas checks that the personas are those of the sign-in page.
func TestPersonas(t *testing.T) {
	c := newConsole(t, shop())
	pool := poolURL(t, c)
	all := get[apis](t, c, "/~/apis").Issuers
	i := slices.IndexFunc(all, func(i issuer) bool { return i.URL == pool })
	if n := len(all[i].Personas); n == 0 || !slices.Equal(all[i].Personas[0].Scopes, []string{"orders/read"}) {
		t.Errorf("%d personas: %+v", n, all[i].Personas)
	}
}
