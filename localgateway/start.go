package localgateway

import (
	"context"
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/issuersite"
)

// TB is the part of [testing.TB] that [Start] needs.
type TB interface {
	Helper()
	Cleanup(func())
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Server is a [Gateway] that listens on loopback for a test. [Start] creates it. Like "gatehouse dev", it passes header
// names to functions as the client wrote them, and answers 400 to malformed requests.
type Server struct {
	*Gateway
	server *front.Server

	// URL is the server's address without a trailing slash: "http://127.0.0.1:41234". Paths begin with the stage:
	// URL+"/prod/orders".
	URL string

	// AppURL is the address at which a browser calls the first API with a login: "http://localhost:41234", with the
	// login's base path if it has one. Paths have no stage: AppURL+"/orders". It is "" if no API has a login.
	AppURL string

	t TB
}

// Start serves the cloud assembly in a directory until the test ends; see [New]. It logs differences from AWS, and ends
// the test if the assembly cannot be served:
//
//	api := localgateway.Start(t, "cdk.out", localgateway.Options{})
//	r, _ := http.NewRequest("GET", api.URL+"/prod/orders", nil)
//	r.Header.Set("Authorization", "Bearer "+api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}}))
func Start(t TB, assembly string, o Options) *Server {
	t.Helper()
	l, err := front.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatalf("starting the local gateway: %v", err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), t: t}
	if s.Gateway, err = newGateway(assembly, o, s.URL); err != nil {
		l.Close()
		t.Fatalf("starting the local gateway: %v", err)
	}
	if apps := s.gateway.Apps(); len(apps) > 0 {
		s.AppURL = apps[0].URL(apigateway.AppOrigin(s.URL))
	}
	s.server = front.New(front.Options{Func: s.answer})
	go s.server.Serve(l)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Logf("closing the local gateway: %v", err)
		}
	})
	for _, p := range s.Problems() {
		t.Logf("localgateway: %s", p)
	}
	return s
}

// answer passes requests on to the gateway, except those for the development issuer.
func (s *Server) answer(ctx context.Context, r *exchange.Request) exchange.Answer {
	if s.issuer != nil && issuersite.Mine(r) && !s.gateway.ForApp(r) {
		return s.issuer.Serve(ctx, r)
	}
	return s.gateway.Serve(ctx, r)
}

// Close stops listening and closes the gateway. It is called automatically when the test ends.
func (s *Server) Close() error {
	s.server.Close()
	return s.Gateway.Close()
}

// Token calls [Gateway.MintToken], and ends the test if that fails.
func (s *Server) Token(r TokenRequest) string {
	s.t.Helper()
	token, err := s.MintToken(r)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return token
}

// Proof calls [Gateway.MintProof], and ends the test if that fails.
func (s *Server) Proof(method, url, token string) string {
	s.t.Helper()
	proof, err := s.MintProof(method, url, token)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return proof
}

// Session calls [Gateway.MakeSession], and ends the test if that fails.
func (s *Server) Session(r TokenRequest) []*http.Cookie {
	s.t.Helper()
	cookies, err := s.MakeSession(r)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return cookies
}
