package apigateway

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// running is a gateway that serves until the test ends.
type running struct {
	*Gateway
	URL string // without a slash at its end
	t   testing.TB
}

// This serves an assembly with a development issuer.
func Start(t testing.TB, assembly string, o Options) *running {
	t.Helper()
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: t.TempDir() + "/keys", Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, assembly, keys, o)
}

func start(t testing.TB, assemblyDir string, keys *devissuer.KeyStore, o Options) *running {
	t.Helper()
	// The issuer's address must be known before the functions learn it. Each reading of the assembly makes a new issuer,
	// which answers from then on.
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
	l, err := front.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := front.New(front.Options{Func: g.Serve})
	go server.Serve(l)
	t.Cleanup(func() {
		server.Close()
		issuerServer.Close()
		g.Close()
	})
	for _, p := range append(g.Problems(), g.Permissions()...) {
		t.Logf("localgateway: %s", p)
	}
	return &running{Gateway: g, URL: "http://" + l.Addr().String(), t: t}
}

// Token makes a token in the form of an issuer of the assembly.
func (r *running) Token(request devissuer.TokenRequest) string {
	r.t.Helper()
	token, err := r.Issuer().Mint(request)
	if err != nil {
		r.t.Fatalf("localgateway: %v", err)
	}
	return token
}
