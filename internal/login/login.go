package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Options are a login's dependencies. The zero value is right in Lambda.
type Options struct {
	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport sends the requests to the provider and to AWS. Redirects are not followed. Default: a transport over TCP
	// and TLS that honors HTTPS_PROXY and similar variables as net/http does.
	Transport http.RoundTripper

	// Sessions stores the sessions. It is required for a configuration with a Table, and not allowed for any other.
	// Default: in cookies.
	Sessions Sessions

	// Random is the source of states, nonces, verifiers and salts. Default: crypto/rand's Reader.
	Random io.Reader

	// Log receives a line of JSON for each request to one of the routes. Each line is a single Write, and writes never
	// overlap. Default: the standard output.
	Log io.Writer

	// AllowLoopbackHTTP accepts a provider, secrets and an origin on the loopback interface without TLS, for tests. It is
	// in the code and not in the configuration, so that no deployed function can be configured to do this.
	AllowLoopbackHTTP bool
}

// Handler serves the login's routes. It is safe for concurrent use.
type Handler struct {
	config   Config
	provider *oidcclient.Client
	sessions sessions
	attempts *session.Store
	keys     *session.Keys
	now      func() time.Time
	random   io.Reader
	log      *journal
	routes   map[string]route // by verb and path
	subjects map[string]route // by verb and the path after the subject; nil without administrators
}

// route is one of the login's routes.
type route struct {
	name  string // in the log
	serve func(*exchange)
}

// FromLambda returns the handler of a Lambda function, with its configuration from the environment. It fetches keys,
// metadata and the client's credential in the background. With provisioned concurrency, it fetches them before it
// returns. The error is an [ErrConfig]; the function must not start then.
func FromLambda(getenv func(string) string, o Options) (*Handler, error) {
	if err := settings.Misplaced(getenv); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	config, err := FromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	h, err := New(config, getenv, o)
	if err != nil {
		return nil, err
	}
	// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
	if getenv("AWS_LAMBDA_INITIALIZATION_TYPE") == "provisioned-concurrency" {
		h.prepare(context.Background()) // the function may be frozen as soon as it is ready
	} else {
		time.AfterFunc(startDelay, func() { h.prepare(context.Background()) })
	}
	return h, nil
}

// startDelay lets the function tell Lambda that it is ready before it begins to fetch. Four simultaneous requests would
// delay that.
const startDelay = 2 * time.Millisecond

// New returns a handler. The environment has the function's AWS credentials and endpoints. Nothing is fetched yet.
func New(config Config, getenv func(string) string, o Options) (*Handler, error) {
	loopbackHTTP := settings.RunsHere || o.AllowLoopbackHTTP
	if err := config.Check(loopbackHTTP); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Transport == nil {
		o.Transport = oidcclient.NewTransport()
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Log == nil {
		o.Log = os.Stdout
	}
	config.Path = cmp.Or(config.Path, DefaultPath)
	config.AfterLogout = cmp.Or(config.AfterLogout, "/")
	// Round removes the monotonic reading, which may stop while a Lambda function is frozen between two invocations.
	now := func() time.Time { return o.Now().Round(0) }
	h := &Handler{config: config, now: now, random: o.Random, log: &journal{to: o.Log, issuer: config.Issuer.URL}}
	if !config.NoMetrics {
		h.log.function = getenv("AWS_LAMBDA_FUNCTION_NAME")
	}
	vault := secretsmanager.Client{Getenv: getenv, Transport: o.Transport, Now: now}
	if err := vault.Check(loopbackHTTP); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	h.keys = session.NewKeys(vault.Versions(config.KeysARN), now)
	u, err := url.Parse(config.Origin)
	if err != nil {
		return nil, fmt.Errorf("%w: origin: %w", ErrConfig, err)
	}
	options := session.Options{
		Cookie:      config.Cookie,
		Host:        u.Host,
		IdleTimeout: config.IdleTimeout,
		MaxAge:      config.MaxAge,
		Keys:        h.keys,
		Now:         now,
		Random:      o.Random,
	}
	if h.attempts, err = session.New(options); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	h.sessions = inCookies{h.attempts, now}
	if h.provider, err = oidcclient.New(config.client(vault, loopbackHTTP), vault, o.Random); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	h.routes = map[string]route{
		"GET " + config.Path + "/login":      {"login", h.login},
		"GET " + config.Path + "/callback":   {"callback", h.callback},
		"POST " + config.Path + "/refresh":   {"refresh", h.refresh},
		"POST " + config.Path + "/logout":    {"logout", h.logout},
		"GET " + config.Path + "/session":    {"session", h.who},
		"GET " + config.Path + "/session.js": {"script", h.script},
	}
	switch inTable := o.Sessions != nil; {
	case !inTable && config.Table != "":
		return nil, fmt.Errorf("%w: table %q: this function keeps sessions in cookies: build login-fn/table instead of "+
			"login-fn", ErrConfig, config.Table)
	case inTable && config.Table == "":
		return nil, fmt.Errorf("%w: there is no table: this function keeps sessions in one: build login-fn instead of "+
			"login-fn/table, or name a table", ErrConfig)
	case inTable:
		if err := o.Sessions(h, getenv, options); err != nil {
			return nil, fmt.Errorf("%w: table %q: %w", ErrConfig, config.Table, err)
		}
	}
	return h, nil
}

// find returns the route of a request, and the subject that its path names.
func (h *Handler) find(r *http.Request) (found route, subject string, ok bool) {
	if found, ok = h.routes[r.Method+" "+r.URL.Path]; ok || h.subjects == nil {
		return found, "", ok
	}
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), h.config.Path+"/subjects/")
	segment, action, more := strings.Cut(rest, "/")
	subject, err := url.PathUnescape(segment)
	if !ok || !more || err != nil || subject == "" {
		return route{}, "", false
	}
	found, ok = h.subjects[r.Method+" "+action]
	return found, subject, ok
}

// prepare fetches what requests need. The first request reports any errors.
func (h *Handler) prepare(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { _ = h.keys.Ready(ctx) })
	wg.Go(func() { h.provider.Prepare(ctx) })
	wg.Wait()
}

// ServeHTTP serves a request. Its path is that of the API, without stage or base path; see [WithRequest].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	x := &exchange{Handler: h, w: w, r: r.WithContext(ctx), began: h.now()}
	x.secure()
	route, subject, found := h.find(r)
	x.subject = subject
	base, ok := h.base(r)
	switch {
	case !found:
		x.json(http.StatusNotFound, messageFor(http.StatusNotFound))
		return
	case !ok:
		x.name = route.name
		x.refuse(problem{status: http.StatusBadRequest, outcome: failed, reason: "base_path",
			err: errors.New("requestContext.path does not end in the route's path: set basePath")})
	default:
		x.name, x.base = route.name, base
		route.serve(x)
	}
	h.log.write(x)
}

// requestTimeout ends a request before API Gateway gives up (29 seconds) and Lambda ends the function.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const requestTimeout = 15 * time.Second

// Request is what API Gateway and Lambda tell about a request in addition to HTTP.
type Request struct {
	Path                    string // as the browser wrote it, with stage or base path: requestContext.path
	Principal               string // the caller that a guard of the API has let in; "" on routes without a guard
	RequestID, APIRequestID string // from Lambda and API Gateway, for the log
}

type requestKey struct{}

// WithRequest adds a Request to a request's context.
func WithRequest(ctx context.Context, of Request) context.Context {
	return context.WithValue(ctx, requestKey{}, of)
}

// requestOf returns what [WithRequest] added.
func requestOf(r *http.Request) Request {
	of, _ := r.Context().Value(requestKey{}).(Request)
	return of
}

// base returns what precedes the API's own paths in the paths that browsers use: "" or "/prod".
func (h *Handler) base(r *http.Request) (string, bool) {
	if h.config.BasePath != "" {
		return strings.TrimSuffix(h.config.BasePath, "/"), true
	}
	path := requestOf(r).Path
	if path == "" {
		return "", true
	}
	path = strings.TrimRight(path, "/")
	base, ok := strings.CutSuffix(path, r.URL.EscapedPath()) // a subject is in both as it was sent
	if !ok {
		base, ok = strings.CutSuffix(path, r.URL.Path)
	}
	return base, ok && checkPath(base) == nil
}

// redirectURI returns the URL that the provider sends the browser back to.
func (x *exchange) redirectURI() string {
	return x.config.Origin + x.base + x.config.Path + "/callback"
}
