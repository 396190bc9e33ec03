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

// Server is a [Gateway] that listens on loopback for a test. [Start] makes it. It takes requests as "gatehouse dev"
// does: functions get header names in the case in which the client sent them, and a malformed request gets a 400.
type Server struct {
	*Gateway
	server *front.Server

	// URL is the address, without a slash at its end: "http://127.0.0.1:41234". A path begins with the stage:
	// URL+"/prod/orders".
	URL string

	// AppURL is the address of the first API with a login, as a browser calls it: "http://localhost:41234", with the
	// login's base path if it has one. A path has no stage: AppURL+"/orders". It is "" if no API has a login.
	AppURL string

	t TB
}

// Start serves the cloud assembly in a folder until the test ends; see [New]. It logs what is not as on AWS, and ends
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

// answer passes requests on to the gateway, but those for the development issuer.
func (s *Server) answer(ctx context.Context, r *exchange.Request) exchange.Answer {
	if s.issuer != nil && issuersite.Mine(r) && !s.gateway.ForApp(r) {
		return s.issuer.Serve(ctx, r)
	}
	return s.gateway.Serve(ctx, r)
}

// Close stops listening and closes the gateway. [Start] closes it at the end of the test.
func (s *Server) Close() error {
	s.server.Close()
	return s.Gateway.Close()
}

// Token makes a token as [Gateway.MintToken] does, and ends the test if that fails.
func (s *Server) Token(r TokenRequest) string {
	s.t.Helper()
	token, err := s.MintToken(r)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return token
}

// Session makes a session as [Gateway.MakeSession] does, and ends the test if that fails.
func (s *Server) Session(r TokenRequest) []*http.Cookie {
	s.t.Helper()
	cookies, err := s.MakeSession(r)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	return cookies
}
