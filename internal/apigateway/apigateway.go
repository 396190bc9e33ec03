// Package apigateway answers requests to the REST APIs of a synthesized cloud assembly as Amazon API Gateway does: with
// its routing, its order of checks, its messages, and the real functions. Package localgateway and "gatehouse dev" run
// it.
//
//	gateway, err := apigateway.New(apigateway.Options{Assembly: "cdk.out"})
//
// served.go prepares an assembly. The way of a request begins in [Gateway.Serve]: app.go finds its stage, and answer.go
// takes it through the checks (package checks), limits (usagelimits.go), validation (package validation), the cache
// (kept.go) and the integration (integrate.go and the files beside it), and makes the answer to a refusal.
//
// A route that it cannot serve as API Gateway would is reported by logical ID and answered with 501. The other routes
// work; nothing fails open. The package does not throttle stages, log to CloudWatch or do TLS, and it does not limit
// what a function does on this machine.
package apigateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/limits"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/pages"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/sessiontables"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/unzip"
)

// ErrNoStage is returned for an assembly without a REST API that has a stage.
var ErrNoStage = errors.New("the assembly has no REST API with a stage")

// debugTimeout is how long a debugger may hold up a function: the longest timeout that Lambda allows.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
const debugTimeout = 15 * time.Minute

// Options configures a gateway. Only Assembly is required.
type Options struct {
	// Assembly is the folder of the cloud assembly.
	Assembly string

	// API picks one of several APIs, by its name or by its construct's stack and logical ID. The development issuer then
	// has the issuers of this API alone, and [Gateway.Problems] lists no problem of another API. Default: all of them.
	// Where two have a stage of the same name, [Gateway.Mount] returns the path of each.
	API string

	// Model supplies what the templates leave open, such as the values of parameters.
	Model cloudassembly.Options

	// Issuer makes and verifies the tokens of the assembly's issuers. Default: none, so that authorizers use the keys that
	// their configuration names, and tokens of user pools are not accepted.
	Issuer func([]devissuer.Issuer) (*devissuer.Provider, error)

	// Functions configures the processes that run the functions.
	Functions lambdaruntime.Options

	// InProcess returns a handler that replaces the function of an authorizer in this process, or nil to start a process
	// for the function. Tests of very many assemblies need it, since they cannot start that many processes. env is the
	// function's environment here. Default: each function has a process.
	InProcess func(f *apimodel.Function, env map[string]string) Handler

	// Source returns the source folder from which an asset's folder was copied, as the developer knows it, such as
	// "orders-fn"; "" if it is not known. It is called when a function failed, and must be safe for concurrent use. If
	// nil, paths of a function's files are relative to the asset's folder.
	Source func(folder string) string

	// Record receives every request when it has been answered, or when the stream of its answer has ended. It must be safe
	// for concurrent use. If nil, records are discarded.
	Record func(*Record)

	// AccessLog receives a line for each request to a stage with an access log, in the format of the stage, in one call of
	// Write. The line of a streamed answer follows its end. If nil, lines are discarded.
	AccessLog io.Writer

	// Watch observes the requests that are not answered yet. If nil, they are not observed.
	Watch Watcher

	// SourceIP is the address that requests appear to come from, for an API whose resource policy allows only certain
	// addresses. Default: their real address, which is 127.0.0.1.
	SourceIP string

	// SourceVPC and SourceVPCEndpoint are the VPC and the VPC endpoint that requests to private APIs appear to come
	// through, for resource policies that require one. Default: no VPC and no endpoint.
	SourceVPC, SourceVPCEndpoint string

	// ClientCertificate is the certificate that clients appear to present by mutual TLS. Default: none.
	ClientCertificate *clientcert.Certificate

	// PageOrigins are origins such as "http://localhost:5173" whose pages may call the APIs, with cookies, whatever the
	// template's CORS settings are: the gateway answers their preflights and adds the headers to answers. Default: the
	// template's settings alone.
	PageOrigins pages.Origins

	// Debug lets a debugger hold up functions: each function has one process, and no timeout ends a request within
	// [debugTimeout]. Default: timeouts and processes as on AWS.
	Debug bool

	// Limits makes requests count towards the usage plans of their API keys and towards the limits that a stage sets for
	// single methods. Requests over a rate or a quota are answered with 429. Default: requests are not counted.
	Limits bool

	// Caches caches the answers of methods for which the stage enables caching. Default: every request reaches its
	// integration.
	Caches bool

	// AllowNetwork lets HTTP integrations call other machines. Default: they call this machine only.
	AllowNetwork bool

	// TempDir is the folder for temporary files, such as unpacked archives of functions. Default: the folder that
	// [os.TempDir] returns.
	TempDir string

	// Now is the clock. Default: [time.Now].
	Now func() time.Time
}

// Handler answers an invocation of a function. An error that it returns is the error of the function.
type Handler = func(ctx context.Context, payload []byte) ([]byte, error)

// Gateway serves an assembly. It is safe for concurrent use.
type Gateway struct {
	options Options
	pool    *lambdaruntime.Pool
	zips    unzip.Folders // unpacked code of functions and layers that are zip archives

	tables    *sessiontables.Tables
	transport *http.Transport // for HTTP integrations
	services  *http.Transport // for AWS services, whose endpoints the options name
	usage     limits.Limiter

	functionLog functionlog.Log
	logging     sync.Mutex // held to write to the access log

	seed [32]byte // access keys are derived from it where there is no issuer

	idle [2]time.Duration // how long a stream may pause: for regional and for edge-optimized APIs

	live      atomic.Pointer[served]
	reloading sync.Mutex
	using     inUse
	http      http.Handler
}

// New reads the assembly and prepares its functions. The process of a function starts with the first request for it.
func New(o Options) (*Gateway, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Watch == nil {
		o.Watch = unwatched{}
	}
	if o.Record == nil {
		o.Record = func(*Record) {}
	}
	g := &Gateway{
		options:   o,
		zips:      unzip.Folders{Temp: o.TempDir},
		tables:    &sessiontables.Tables{Now: o.Now},
		transport: newTransport(o.AllowNetwork),
		services:  newTransport(true),
		idle:      [2]time.Duration{idleRegional, idleEdge},

		functionLog: functionlog.Log{Source: o.Source},
	}
	rand.Read(g.seed[:]) // it never returns an error
	if o.Debug {
		o.Functions.MaxProcesses, o.Functions.InitLimit = 1, debugTimeout
	}
	log := o.Functions.Log
	o.Functions.Log = func(line lambdaruntime.LogLine) {
		if g.functionLog.Add(line) && !line.Filtered && log != nil {
			log(line)
		}
	}
	g.pool = lambdaruntime.New(o.Functions)
	g.http = front.Handler(g.Serve)
	if err := g.Reload(); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Reload reads the assembly again and swaps it in. Requests under way finish with the assembly that they began with. If
// the new assembly cannot be served, the old one stays.
func (g *Gateway) Reload() error {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	a, err := cloudassembly.Read(g.options.Assembly)
	if err != nil {
		return err
	}
	s, err := g.serve(apimodel.Read(a, g.options.Model))
	if err != nil {
		return err
	}
	g.swap(s)
	return nil
}

// Close stops the functions' processes. Requests that need a function fail afterwards.
func (g *Gateway) Close() {
	g.pool.Close()
	_ = g.zips.Remove() // what is left is in the folder for temporary files
	g.tables.Close()
	g.transport.CloseIdleConnections()
	g.services.CloseIdleConnections()
}

// ServeHTTP answers a request of net/http, which has made the header names canonical; see [front.Handler].
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.http.ServeHTTP(w, r) }

// Serve answers one request. The first segment of its path is the stage, except at [AppHost] for an [App].
func (g *Gateway) Serve(ctx context.Context, r *exchange.Request) exchange.Answer {
	g.receive(r)
	now := r.Time
	record := &Record{Request: r, Time: now}
	arrived := *r // a copy, since the gateway changes the request
	g.options.Watch.Began(Arrival{Request: &arrived, Identity: g.live.Load().identity, Time: now})
	defer g.options.Watch.Answered(r.RequestID)
	var answer exchange.Answer
	page := g.options.PageOrigins.Of(r)
	if page != "" && pages.IsPreflight(r) {
		answer = pages.Preflight(r)
	} else {
		live := g.enter()
		defer g.leave(live)
		answer = live.answer(withRecord(ctx, record), r, record)
	}
	if page != "" {
		answer = pages.Allow(answer, page)
	}
	record.Browser = judgeByBrowser(r, answer, record)
	answer.Headers = append(answer.Headers,
		exchange.Header{Name: "x-amzn-RequestId", Value: r.RequestID},
		exchange.Header{Name: "x-amz-apigw-id", Value: r.ExtendedID})
	if record.trace != "" {
		answer.Headers = append(answer.Headers, exchange.Header{Name: "X-Amzn-Trace-Id", Value: record.trace})
	}
	recorded := func(record *Record) {
		record.Took = g.options.Now().Sub(now)
		record.Wrote = g.functionLog.End(&record.wrote)
		g.log(record)
		record.facts = facts{} // it refers to the body of the request, and records are kept
		g.options.Record(record)
	}
	record.Answer = answer
	if s, ok := answer.Stream.(*stream); ok {
		record.Answer.Stream = nil // a stream can be read only once
		s.done = recorded
		s.unread = r.Verb == http.MethodHead || answer.Status == 204 || answer.Status == 205 || answer.Status == 304
		return answer
	}
	recorded(record)
	return answer
}

// receive sets the request's time and IDs.
func (g *Gateway) receive(r *exchange.Request) {
	r.Time = g.options.Now()
	r.RequestID = lambdaruntime.NewUUID()
	r.ExtendedID = newExtendedID()
	r.TraceID = traceOf(r.Headers, r.Time)
	if g.options.SourceIP != "" {
		r.SourceIP = g.options.SourceIP
	}
}

// splitStage splits the stage off a path: "/prod/orders" is "/orders" of the stage prod, and "/prod" is its root.
// Several slashes before or after the stage count as one, as in the path of events that were recorded on AWS (see
// package events) and in test_api_gateway_http_integration_with_path_request_parameter of
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_basic.py.
func splitStage(path string) (stage, rest string) {
	stage, rest, _ = strings.Cut(strings.TrimLeft(path, "/"), "/")
	return stage, "/" + strings.TrimLeft(rest, "/")
}

// newExtendedID returns an ID that looks like those in the header x-amz-apigw-id.
func newExtendedID() string { return rand.Text()[:15] + "=" }

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
