package apigateway

import (
	"cmp"
	"encoding/json"
	"net"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// AppHost is the name of this machine at which users log in. The first API with a login is at the root of it, as behind
// a custom domain. It is another name than the development issuer's, so that the cookies of one do not reach the other
// and the two are different sites, as on AWS.
const AppHost = "localhost"

// AppOrigin is the origin of an [App], of a gateway that listens at a URL such as "http://127.0.0.1:3000".
func AppOrigin(gateway string) string {
	u, err := url.Parse(gateway)
	switch {
	case err != nil || u.Host == "":
		panic("apigateway: the URL " + gateway + ": want one like http://127.0.0.1:3000")
	case u.Port() == "" || u.Port() == "80": // which browsers leave out
		return "http://" + AppHost
	}
	return "http://" + net.JoinHostPort(AppHost, u.Port())
}

// App is an API in which users log in.
type App struct {
	API   *apimodel.API
	Stage string // the first path segment that it is served under; see [Gateway.Mount]

	// Base is what precedes its paths at [AppHost]: that of its login's BasePath, most often "".
	Base string

	// Login is the path of its login's routes in the API, such as "/auth".
	Login string

	// Root reports whether AppHost serves it without the stage. One API is.
	Root bool
}

// URL is its address without a slash at its end, at an origin such as that of [AppOrigin].
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

// ForApp reports whether a request is for an App, by the host that it names: then nothing else of this machine is to
// answer it.
func (g *Gateway) ForApp(r *exchange.Request) bool {
	return len(g.live.Load().apps) > 0 && isAppHost(r.Host)
}

// isAppHost reports whether a Host header names [AppHost]. The port may be that of a proxy before the gateway.
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
		// What is wrong with the configuration, the function says itself when it starts.
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

// loginOf returns the function that logs users in to an API; nil for an API without one.
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

// locate finds the stage that a request is for and its path there: by the first segment of the path, or by a base path
// of [AppHost].
func (s *served) locate(r *exchange.Request) *stage {
	r.Stage, r.Path = splitStage(r.RawPath)
	if st := s.stages[r.Stage]; st != nil || len(s.apps) == 0 || !isAppHost(r.Host) {
		return st
	}
	root := s.apps[0]
	rest, found := strings.CutPrefix(r.RawPath, root.Base)
	if !found || rest != "" && rest[0] != '/' {
		return nil
	}
	r.Domain, r.Base = true, root.Base
	r.Stage, r.Path = root.stage.stage.Name, "/"+strings.TrimLeft(rest, "/")
	return root.stage
}
