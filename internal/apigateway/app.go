package apigateway

import (
	"cmp"
	"encoding/json"
	"net"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/domains"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// AppHost is the host name of this machine at which users log in. The first API with a login is served at its root, as
// behind a custom domain. The development issuer has another host name, so that cookies of one do not reach the other
// and the two are different sites, as on AWS.
const AppHost = "localhost"

// AppOrigin returns the origin of an [App], for a gateway that listens at a URL such as "http://127.0.0.1:3000".
func AppOrigin(gateway string) string {
	u, err := url.Parse(gateway)
	switch {
	case err != nil || u.Host == "":
		panic("apigateway: the URL " + gateway + ": want one like http://127.0.0.1:3000")
	case u.Port() == "" || u.Port() == "80": // browsers leave port 80 out
		return "http://" + AppHost
	}
	return "http://" + net.JoinHostPort(AppHost, u.Port())
}

// App is an API in which users log in.
type App struct {
	API   *apimodel.API
	Stage string // the first segment of its paths; see [Gateway.Mount]

	// Base is the prefix of the API's paths at [AppHost]: the BasePath of its login, usually "".
	Base string

	// Login is the path of the login's routes in the API, such as "/auth".
	Login string

	// Root reports whether AppHost serves the API without the stage in the path. One API is served that way.
	Root bool
}

// URL returns the address of the app, without a slash at its end. The origin is that of [AppOrigin].
func (a App) URL(origin string) string {
	if a.Root {
		return origin + a.Base
	}
	return origin + "/" + a.Stage
}

// app is an App with its stage.
type app struct {
	App
	stage *stage
}

// Apps lists the APIs in which users log in, the one at the root first.
func (g *Gateway) Apps() []App {
	var out []App
	for _, a := range g.live.Load().apps {
		out = append(out, a.App)
	}
	return out
}

// ForApp reports whether the Host header of a request names an App or a custom domain. If so, no other server of this
// machine may answer it.
func (g *Gateway) ForApp(r *exchange.Request) bool {
	live := g.live.Load()
	return len(live.apps) > 0 && isAppHost(r.Host) || domains.Find(live.model.Domains, r.Host) != nil
}

// isAppHost reports whether a Host header names [AppHost]. The port is not compared, since a proxy before the gateway
// may have its own.
func isAppHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(host, AppHost)
}

// findApps finds the APIs with a login, each with its first stage.
func (s *served) findApps(chosen []choice) {
	for _, c := range chosen {
		f := loginOf(c.api, c.stage)
		if f == nil || len(s.apps) > 0 && s.apps[len(s.apps)-1].API == c.api {
			continue
		}
		// Errors are ignored here: the function reports a wrong configuration when it starts.
		var config struct{ BasePath, Path string }
		_ = json.Unmarshal([]byte(f.Environment[login.Variable]), &config)
		s.apps = append(s.apps, app{App{
			API:   c.api,
			Stage: c.mount,
			Base:  strings.TrimRight(config.BasePath, "/"),
			Login: cmp.Or(config.Path, login.DefaultPath),
			Root:  len(s.apps) == 0,
		}, s.stages[c.mount]})
	}
}

// loginOf returns the function that logs users in to an API, or nil if the API has none.
func loginOf(api *apimodel.API, st *apimodel.Stage) *apimodel.Function {
	for _, m := range api.Methods {
		if f, _ := m.Integration.FunctionOn(st); f != nil {
			if _, ok := f.Environment[login.Variable]; ok {
				return f
			}
		}
	}
	return nil
}

// locate finds the stage that a request is for, and its path in that stage: by what the domain in its Host header leads
// to, by the first segment of the path, or at [AppHost] by a base path. none is the answer if there is no stage.
func (s *served) locate(r *exchange.Request) (st *stage, none *mapping.Failure) {
	if d := domains.Find(s.model.Domains, r.Host); d != nil {
		return s.locateBehind(d, r)
	}
	r.Stage, r.Path = splitStage(r.RawPath)
	if st := s.stages[r.Stage]; st != nil {
		return st, nil
	}
	none = noStage("there is no stage %q: begin the path with /%s", r.Stage, strings.Join(sortedKeys(s.stages), " or /"))
	if len(s.apps) == 0 || !isAppHost(r.Host) {
		return nil, none
	}
	root := s.apps[0]
	rest, found := strings.CutPrefix(r.RawPath, root.Base)
	if !found || rest != "" && rest[0] != '/' {
		return nil, none
	}
	r.Domain, r.Base = true, root.Base
	r.Stage, r.Path = root.stage.stage.Name, "/"+strings.TrimLeft(rest, "/")
	return root.stage, nil
}

// locateBehind finds the stage that a custom domain leads a request to.
func (s *served) locateBehind(d *apimodel.Domain, r *exchange.Request) (st *stage, none *mapping.Failure) {
	to, found := domains.Choose(d, r.RawPath, r.Headers)
	switch {
	case !found:
		return nil, noStage("no routing rule and no base path of the domain %s matches the request", d.Name)
	case to.NotKnown != "":
		return nil, notServed(to.By + " of the domain " + d.Name + ": " + to.NotKnown)
	case to.API == nil:
		return nil, notServed(to.By + " of the domain " + d.Name + " leads to an API that is not a REST API of the assembly")
	}
	r.Domain, r.Base, r.Rule, r.Stage, r.Path = true, to.Base, to.Rule, to.Stage, to.Path
	for _, st := range s.stages {
		if st.api == to.API && st.stage.Name == to.Stage {
			return st, nil
		}
	}
	return nil, noStage("%s of the domain %s leads to the stage %q of %s, which is not served", to.By, d.Name, to.Stage,
		to.API.ID)
}
