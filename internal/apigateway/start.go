package apigateway

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TB is the part of testing.TB that [Start] needs.
type TB interface {
	Helper()
	Cleanup(func())
	TempDir() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Running is a gateway that serves for a test.
type Running struct {
	*Gateway

	// URL is where it listens, without a slash at its end: "http://127.0.0.1:41234". A path begins with the stage.
	URL string

	t TB
}

// Start serves an assembly until the test ends, with an issuer of its own for the tokens that the assembly's authorizers
// and user pools take:
//
//	api := localgateway.Start(t, "cdk.out", localgateway.Options{})
//	r, _ := http.NewRequest("GET", api.URL+"/prod/orders", nil)
//	r.Header.Set("Authorization", "Bearer "+api.Token(devissuer.TokenRequest{Scopes: []string{"orders:read"}}))
//
// Its tokens are of the options' Now. The assembly's functions must have been built for this host: synthesize it with
// GATEHOUSE_HOST_BUILD=1. The options' Assembly and Issuer are set by Start.
func Start(t TB, assemblyDir string, o Options) *Running {
	t.Helper()
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: t.TempDir() + "/keys"})
	if err != nil {
		t.Fatalf("localgateway: %v", err)
	}
	return start(t, assemblyDir, keys, o)
}

func start(t TB, assemblyDir string, keys *devissuer.KeyStore, o Options) *Running {
	t.Helper()
	// The issuer's address has to be known before the functions are told of it, and each reading of the assembly makes
	// an issuer of its own, which answers from then on.
	var issuer atomic.Pointer[devissuer.Provider]
	issuerServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := issuer.Load(); p != nil {
			p.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	o.Assembly = assemblyDir
	o.Issuer = func(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
		p, err := devissuer.New(keys, issuers, devissuer.Options{BaseURL: issuerServer.URL, Now: o.Now})
		if err == nil {
			issuer.Store(p)
		}
		return p, err
	}
	g, err := New(o)
	if err != nil {
		issuerServer.Close()
		t.Fatalf("localgateway: %v", err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		server.Close()
		issuerServer.Close()
		g.Close()
	})
	for _, p := range append(g.Problems(), g.Permissions()...) {
		t.Logf("localgateway: %s", p)
	}
	return &Running{Gateway: g, URL: server.URL, t: t}
}

// Token makes a token in the form of an issuer's of the assembly; see [devissuer.TokenRequest]. It ends the test if
// there can be none.
func (r *Running) Token(request devissuer.TokenRequest) string {
	r.t.Helper()
	token, err := r.Issuer().Mint(request)
	if err != nil {
		r.t.Fatalf("localgateway: %v", err)
	}
	return token
}
