package main

import (
	"context"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

type function = func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// backend is a function with a handler for each rule of a table.
type backend struct {
	name  string
	whole bool // whether it must serve every authorized request
	call  function
}

// servedBy is the header in which a handler names its rule. An answer to HEAD has no body.
const servedBy = "Served-By"

func handlerOf(rule int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(servedBy, strconv.Itoa(rule))
		w.WriteHeader(http.StatusNoContent)
	})
}

// backends returns the backends of a table. It omits http.ServeMux if that rejects the table because of patterns that
// conflict.
func backends(table *access.Table) []backend {
	mux := lambdahttp.NewMux()
	for i, rule := range table.Rules() {
		mux.Handle(rule.Pattern.String(), handlerOf(i))
	}
	all := []backend{
		{"lambdahttp.Mux", true, lambdahttp.Handler(mux)},
		{"a router that decodes and cleans", false, lambdahttp.Handler(cleaning{table})},
	}
	if router := serveMux(table); router != nil {
		all = append(all, backend{"http.ServeMux", false, lambdahttp.Handler(router)})
	}
	return all
}

// serveMux returns an http.ServeMux with the table's routes, or nil if patterns conflict.
func serveMux(table *access.Table) (router *http.ServeMux) {
	defer func() {
		if recover() != nil {
			router = nil
		}
	}()
	router = http.NewServeMux()
	for i, rule := range table.Rules() {
		pattern := rule.Pattern.Path()
		if pattern == "/" {
			pattern = "/{$}" // "/" alone would match all paths
		}
		pattern = strings.Replace(pattern, "+}", "...}", 1)
		if rule.Pattern.Verb != route.Any {
			pattern = rule.Pattern.Verb + " " + pattern
		}
		router.Handle(pattern, handlerOf(i))
	}
	return router
}

// cleaning routes by the decoded and cleaned path, in API Gateway's order.
type cleaning struct{ table *access.Table }

func (c cleaning) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rule, ok := c.table.Match(r.Method, path.Clean(r.URL.Path)); ok {
		handlerOf(rule).ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}
