package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// world holds what all pairs share: the issuers with their keys, and a folder.
type world struct {
	dir      string
	provider *devissuer.Provider
	server   *http.Server
	service  *httptest.Server  // answers for the AWS services of integrations
	names    map[string]string // the gateway's names for the pool and its clients

	mu     sync.Mutex
	tokens map[string]string // by content
}

// newWorld makes a world in a folder.
func newWorld(dir string) (*world, error) {
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: filepath.Join(dir, "keys")})
	if err != nil {
		return nil, err
	}
	names, err := poolNames(dir)
	if err != nil {
		return nil, err
	}
	var list []devissuer.Issuer
	for _, url := range issuers {
		list = append(list, devissuer.Issuer{Issuer: authz.Issuer{
			URL: url, Audiences: audiences, Algorithms: []string{"ES256"},
		}})
	}
	list = append(list, devissuer.Issuer{Cognito: true, Issuer: authz.Issuer{
		URL: names[pool], Audiences: []string{names["Web"], names["Cli"]},
	}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	provider, err := devissuer.New(keys, list, devissuer.Options{BaseURL: "http://" + l.Addr().String()})
	if err != nil {
		l.Close()
		return nil, err
	}
	w := &world{dir: dir, provider: provider, names: names, tokens: map[string]string{},
		service: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "{}")
		})),
		server: &http.Server{Handler: provider, ReadHeaderTimeout: 5 * time.Second}}
	go w.server.Serve(l)
	return w, nil
}

func (w *world) close() {
	w.server.Close()
	w.service.Close()
}

// poolNames returns the pool's URL and the IDs of its clients, which the gateway derives from their logical IDs.
func poolNames(dir string) (map[string]string, error) {
	dir = filepath.Join(dir, "pool")
	m, err := readModel(&api{guards: []guard{{kind: cognito, name: "A"}}}, dir)
	if err != nil {
		return nil, err
	}
	names := map[string]string{pool: m.UserPools[0].ProviderURL}
	for _, c := range m.UserPools[0].Clients {
		names[c.ID.LogicalID] = c.ClientID
	}
	return names, nil
}

// readModel writes an API into a separate folder, and reads it.
func readModel(a *api, dir string) (*apimodel.Model, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := a.write(dir); err != nil {
		return nil, err
	}
	assembly, err := cloudassembly.Read(dir)
	if err != nil {
		return nil, err
	}
	return apimodel.Read(assembly, cloudassembly.Options{}), nil
}

// served is an assembly with its gateway and its own clock.
type served struct {
	*apigateway.Gateway
	later atomic.Int64 // how far its clock is ahead, in nanoseconds; functions read it at any time
}

func (s *served) now() time.Time { return time.Now().Add(time.Duration(s.later.Load())) }

// gateway serves an assembly, with the included function in this process.
func (w *world) gateway(dir string) (*served, error) {
	s := &served{}
	var err error
	s.Gateway, err = apigateway.New(apigateway.Options{
		Assembly: dir, Now: s.now,
		Functions: lambdaruntime.Options{Env: map[string]string{"AWS_ENDPOINT_URL": w.service.URL}},
		Issuer:    func([]devissuer.Issuer) (*devissuer.Provider, error) { return w.provider, nil },
		InProcess: func(f *apimodel.Function, env map[string]string) apigateway.Handler {
			return w.inProcess(s, f, env)
		},
	})
	return s, err
}

// inProcess returns the included function, or an app's own.
func (w *world) inProcess(s *served, f *apimodel.Function, env map[string]string) apigateway.Handler {
	if env[configVariable] == "" {
		return ownFunction(f)
	}
	authorizer, err := authz.FromLambda(func(name string) string { return env[name] }, authz.Options{
		Now: s.now, Transport: w, Log: io.Discard, Files: os.DirFS(f.Code.Folder), AllowLoopbackHTTP: true,
	})
	if err != nil {
		return func(context.Context, []byte) ([]byte, error) { return nil, err }
	}
	return authorizer.Invoke
}

// RoundTrip answers with the provider, without a connection.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	r = r.Clone(r.Context())
	r.Host = r.URL.Host // as on a server
	w.provider.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// mint makes a token, once for all requests with it, unless it must expire.
func (w *world) mint(r devissuer.TokenRequest) (string, error) {
	if r.Expires > 0 {
		return w.provider.Mint(r)
	}
	r.Expires = 24 * time.Hour // longer than a trial takes
	key := fmt.Sprint(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tokens[key] == "" {
		text, err := w.provider.Mint(r)
		if err != nil {
			return "", err
		}
		if len(w.tokens) > 10_000 {
			clear(w.tokens)
		}
		w.tokens[key] = text
	}
	return w.tokens[key], nil
}

// bearer returns the token of one of the oracle's callers.
func (w *world) bearer(t *token) (string, error) {
	claims := map[string]any{"azp": nil, "client_id": nil}
	if len(t.scopes) > 0 {
		claims["scope"] = strings.Join(t.scopes, " ")
	}
	groups := "groups"
	if t.issuer == pool {
		groups = "cognito:groups"
		delete(claims, "client_id")
	}
	if t.client != "" {
		claims["azp"] = t.client
	}
	if len(t.groups) > 0 {
		claims[groups] = t.groups
	}
	if len(t.roles) > 0 {
		claims["roles"] = t.roles
	}
	for name, text := range t.texts {
		claims[name] = text
	}
	for name, list := range t.lists {
		claims[name] = list
	}
	r := devissuer.TokenRequest{
		Issuer: w.named(t.issuer), Audience: w.named(t.audience), Use: devissuer.Access, Claims: claims,
	}
	if t.id {
		r.Use = devissuer.ID
	}
	return w.mint(r)
}

// named returns the gateway's name for the pool or one of its clients.
func (w *world) named(name string) string {
	if known := w.names[name]; known != "" {
		return known
	}
	return name
}

// arrival is a request as it arrives at a gateway.
type arrival struct {
	stage, verb, path, ip, query string
	headers                      http.Header
	principal                    string // the name of the signer; "" for no signature
	via
}

// send sends a request to its stage.
func send(g *served, a arrival) (exchange.Answer, error) {
	const host = "abcdefghij.execute-api.eu-west-1.amazonaws.com"
	r, err := http.NewRequest(a.verb, "https://"+host+"/"+a.stage+a.path+a.query, nil)
	if err != nil {
		return exchange.Answer{}, err
	}
	maps.Copy(r.Header, a.headers)
	if a.principal != "" {
		if k := keyOf(g, a.principal); k != nil {
			sigv4.Signer{Region: region, AccessKeyID: k.ID, Key: sigv4.Key{
				Secret: k.Secret, SessionToken: k.SessionToken,
			}}.Sign(r, nil, g.now())
		}
	}
	q := &exchange.Request{
		Verb: a.verb, RawPath: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Host: host, Protocol: "HTTP/1.1",
		SourceIP: a.ip, SourceVPC: a.vpc, SourceVPCEndpoint: a.endpoint,
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			q.Headers = append(q.Headers, exchange.Header{Name: name, Value: value})
		}
	}
	return g.Serve(context.Background(), q), nil
}

// developer is a principal whose own policies allow everything.
const developer = "developer"

// keyOf returns the access key of a principal; nil if the gateway has none, because the principal has no policy.
func keyOf(g *served, principal string) *checks.AccessKey {
	for _, k := range g.AccessKeys() {
		if k.Principal == nil && principal == developer || k.Principal != nil && k.Principal.Name == principal {
			return &k
		}
	}
	return nil
}

// arrive returns a request of the oracle in the form in which it arrives at a gateway.
func (w *world) arrive(q request, c caller) (arrival, error) {
	a := arrival{stage: q.stage, verb: q.verb, path: q.path, ip: q.ip.String(), principal: c.principal,
		headers: http.Header{}, via: q.via}
	if q.key {
		a.headers.Set("X-Api-Key", keyValue)
	}
	if q.agent != "" {
		a.headers.Set("User-Agent", q.agent)
	}
	if c.own != "" {
		a.headers.Set("Authorization", ownToken(c.own, false))
	}
	if c.token != nil {
		text, err := w.bearer(c.token)
		if err != nil {
			return a, err
		}
		a.headers.Set("Authorization", "Bearer "+text)
	}
	return a, nil
}
