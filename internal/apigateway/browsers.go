package apigateway

import (
	"net/http"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/pages"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// madeBy returns who makes the answers of an integration.
func madeBy(i *apimodel.Integration) browser.By {
	switch i.Type {
	case apimodel.IntegrationProxy:
		return browser.Function
	case apimodel.IntegrationHTTPProxy:
		return browser.Backend
	}
	return browser.Mapped
}

// judgeByBrowser returns what a browser does with an answer.
func judgeByBrowser(r *exchange.Request, a exchange.Answer, record *Record) browser.Verdict {
	x := browser.Exchange{Request: r, Answer: a, By: record.by}
	if st := record.stage; st != nil {
		x.API = func() browser.API {
			api := st.pageRights(r)
			api.Preflights = api.Preflights || st.served.gateway.options.PageOrigins.Of(r) != "" // the gateway answers these
			return api
		}
	}
	return browser.Judge(x)
}

// pageRights returns what a stage allows to pages of the request's origin, whatever answered the request.
func (st *stage) pageRights(r *exchange.Request) (out browser.API) {
	if st.routes == nil {
		return out
	}
	verb := r.Verb
	if pages.IsPreflight(r) {
		verb = r.Headers.Get("Access-Control-Request-Method")
	}
	has := func(verb string) bool {
		_, _, ok := st.routes.Match(verb, r.Path)
		return ok
	}
	out.Verb, out.Preflights = has(verb), has(http.MethodOptions)
	for _, verb := range route.Verbs {
		out.Path = out.Path || verb != http.MethodOptions && has(verb)
	}
	out.CORS = slices.ContainsFunc(st.methods, func(m *method) bool {
		return m.Verb == http.MethodOptions && m.Integration.Type == apimodel.IntegrationMock
	})
	if index, _, ok := st.routes.Match(verb, r.Path); ok && !out.CORS {
		f := st.methods[index].function
		out.Foreign = f != nil && (f.Environment[cors.Variable] != "" || f.Variables[cors.Variable] != "")
	}
	index, params, ok := st.routes.Match(http.MethodOptions, r.Path)
	if !ok || st.methods[index].Integration.Type != apimodel.IntegrationMock || st.methods[index].integration == nil {
		return out
	}
	asks := &exchange.Request{
		Verb: http.MethodOptions, Stage: r.Stage, Path: r.Path, RawPath: r.RawPath, Host: r.Host,
		Headers: exchange.Headers{
			{Name: "Origin", Value: r.Headers.Get("Origin")}, {Name: "Access-Control-Request-Method", Value: verb},
		},
	}
	source := &mapping.Source{
		Request: asks, Params: params, StageVariables: st.stage.Variables, Context: mapping.Context{
			AccountID: st.api.Account, APIID: st.api.APIID, Stage: st.stage.Name, Identity: map[string]string{},
		},
	}
	answer, f := st.methods[index].integration.Mock(source)
	if f != nil {
		return out
	}
	allowed := answer.Headers.Get("Access-Control-Allow-Origin")
	out.Allows = allowed == "*" || allowed == r.Headers.Get("Origin")
	out.Credentials = out.Allows && answer.Headers.Get("Access-Control-Allow-Credentials") == "true"
	return out
}
