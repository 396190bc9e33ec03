package localgateway

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
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
	g, err := New(assembly, o)
	if err != nil {
		t.Fatalf("starting the local gateway: %v", err)
	}
	l, err := front.Listen("127.0.0.1:0")
	if err != nil {
		g.Close()
		t.Fatalf("starting the local gateway: %v", err)
	}
	server := front.New(front.Options{Func: g.gateway.Serve})
	go server.Serve(l)
	s := &Server{Gateway: g, server: server, URL: "http://" + l.Addr().String(), t: t}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Logf("closing the local gateway: %v", err)
		}
	})
	for _, p := range g.Problems() {
		t.Logf("localgateway: %s", p)
	}
	return s
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
