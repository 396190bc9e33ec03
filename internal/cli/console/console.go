// Package console is the web page of a local gateway. It shows who may call which route, and the last requests with the
// decision on each and its reasons. A form makes a token and calls a route with it.
//
// The page is for the developer at this machine: requests under another host name or from another site are refused,
// credentials of requests are not shown, and the last requests are kept only in memory. It decides nothing: requests of
// the form go to the gateway like any others.
package console

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// prefix begins all paths except that of the page itself. No stage can have this name, since names of stages consist of
// letters, digits, hyphens and underscores.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
const prefix = "/~/"

// Options configures a console. All fields but AppOrigin are required.
type Options struct {
	URL     string // the URL of the console's gateway, such as "http://127.0.0.1:3000"
	Gateway *apigateway.Gateway
	Now     func() time.Time

	// AppOrigin is the origin of apps with a login. Default: [apigateway.AppOrigin] of URL.
	AppOrigin string
}

// Console is the page with its data. It is safe for concurrent use.
type Console struct {
	options Options
	hosts   []string // the host names that it answers
	run     string   // identifies this run of the program
	ring    ring

	mu   sync.Mutex
	view *view // the assembly that was served at the last request
}

// New returns the console of a gateway.
func New(o Options) *Console {
	if o.AppOrigin == "" {
		o.AppOrigin = apigateway.AppOrigin(o.URL)
	}
	return &Console{options: o, hosts: hostsOf(o.URL), run: fmt.Sprint(o.Now().UnixNano())}
}

// Record records a request to the gateway.
func (c *Console) Record(r *apigateway.Record) { c.ring.add(r) }

// Mine reports whether a request is for the console instead of an API.
func Mine(r *exchange.Request) bool {
	read := r.Verb == http.MethodGet || r.Verb == http.MethodHead
	return read && r.RawPath == "/" || strings.HasPrefix(r.RawPath, prefix)
}

//go:embed page
var files embed.FS

// mediaTypes are the media types of the page's files, by extension.
var mediaTypes = map[string]string{
	"css":  "text/css",
	"html": "text/html",
	"js":   "text/javascript",
	"svg":  "image/svg+xml",
}

// Serve answers a request that is [Mine].
func (c *Console) Serve(ctx context.Context, r *exchange.Request) exchange.Answer {
	if why := c.refuse(r); why != "" {
		return problem(http.StatusForbidden, "", why)
	}
	path := strings.TrimPrefix(r.RawPath, prefix)
	if r.Verb == http.MethodPost {
		return c.post(ctx, path, r)
	}
	if r.Verb != http.MethodGet && r.Verb != http.MethodHead {
		return problem(http.StatusMethodNotAllowed, "", "the console accepts GET, HEAD and POST")
	}
	id, isRequest := strings.CutPrefix(path, "requests/")
	switch {
	case r.RawPath == "/":
		return file("index.html")
	case path == "openapi.json":
		return c.answerOpenAPI(r)
	case path == "apis":
		return answer(http.StatusOK, c.current().apis)
	case r.RawPath == IssuersPath:
		return c.answerIssuers()
	case path == "requests":
		return c.answerRequests(r)
	case isRequest:
		return c.answerRequest(id)
	}
	return file(path)
}

// post answers POST requests of the page.
func (c *Console) post(ctx context.Context, path string, r *exchange.Request) exchange.Answer {
	switch path {
	case "prepare":
		return c.answerPrepare(r)
	case "replay":
		return c.answerReplay(ctx, r)
	case "copy":
		return c.answerCopy(r)
	case "clear":
		return c.answerClear(r)
	}
	return problem(http.StatusMethodNotAllowed, "",
		fmt.Sprintf("the console accepts POST only for %[1]sprepare, %[1]sreplay, %[1]scopy and %[1]sclear", prefix))
}

func isFile(name string) bool {
	info, err := fs.Stat(files, "page/"+name)
	return err == nil && !info.IsDir()
}

// file returns a file of the page.
func file(name string) exchange.Answer {
	if !isFile(name) {
		return problem(http.StatusNotFound, "", "the console has no "+name)
	}
	_, extension, _ := strings.Cut(name, ".")
	text, err := files.ReadFile("page/" + name)
	if err != nil {
		panic("console: " + err.Error()) // unreachable: the file is embedded
	}
	return secured(exchange.Answer{Status: http.StatusOK, Body: text, Headers: exchange.Headers{
		{Name: "Content-Type", Value: mediaTypes[extension] + "; charset=utf-8"},
	}})
}

// answer returns an answer with data.
func answer(status int, v any) exchange.Answer {
	text, err := json.Marshal(v)
	if err != nil {
		panic("console: " + err.Error()) // unreachable: v has only texts, numbers and parsed JSON
	}
	return secured(exchange.Answer{Status: status, Body: text, Headers: exchange.Headers{
		{Name: "Content-Type", Value: "application/json"},
	}})
}

// problem returns an answer about an error, with the field of the form that it concerns, if any.
func problem(status int, field, text string) exchange.Answer {
	return answer(status, struct {
		Field string `json:"field,omitempty"`
		Error string `json:"error"`
	}{field, text})
}
