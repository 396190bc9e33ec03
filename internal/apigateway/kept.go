package apigateway

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// cacheKey returns how long the answer to a request is cached, and its cache key: the method, and the values of the
// integration's cache key parameters. API Gateway uses nothing else as the key.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html and
// https://github.com/hashicorp/terraform-provider-aws/issues/856
func (st *stage) cacheKey(m *method, call *checks.Call) (key string, ttl time.Duration) {
	if !st.served.gateway.options.Caches || m.Integration.Streams {
		return "", 0
	}
	ttl = st.stage.Caches(m.Method)
	if ttl <= 0 || m.Verb == "ANY" && call.Verb != http.MethodGet {
		return "", 0
	}
	var b strings.Builder
	b.WriteString(m.ID.String())
	for _, name := range m.Integration.CacheKeys {
		fmt.Fprintf(&b, "\x00%q", valuesOf(name, call))
	}
	return b.String(), ttl
}

// valuesOf returns the values of a request parameter, such as "method.request.querystring.page". No source says which
// one counts if there are several, so all of them do.
func valuesOf(name string, call *checks.Call) (values []string) {
	place, name, _ := strings.Cut(strings.TrimPrefix(name, "method.request."), ".")
	switch place {
	case "path":
		values = append(values, call.Params[name])
	case "header", "multivalueheader":
		for v := range call.Headers.Values(name) {
			values = append(values, v)
		}
	case "querystring", "multivaluequerystring":
		for _, p := range exchange.AppendQuery(nil, call.RawQuery) {
			if p.Name == name {
				values = append(values, p.Value)
			}
		}
	}
	return values
}

// cachedOr returns the cached answer to a request. If none exists, it calls ask and caches the integration's answer,
// whatever its status. Answers that API Gateway makes itself are not cached.
// Source: https://stackoverflow.com/questions/45883323
func (st *stage) cachedOr(
	m *method, call *checks.Call, record *Record, ask func() (exchange.Answer, *mapping.Failure),
) (exchange.Answer, *mapping.Failure) {
	key, ttl := st.cacheKey(m, call)
	if ttl == 0 || record.dry {
		return ask()
	}
	now := st.served.gateway.options.Now
	if answer, age, ok := st.kept.Get(now(), key); ok {
		record.trace = call.TraceID
		record.Verdict.Trace = append(record.Verdict.Trace, checks.Step{Check: "kept answer", Passed: true,
			Detail: fmt.Sprintf("the answer was kept %s ago, for %s", age.Round(time.Millisecond), ttl)})
		return answer, nil
	}
	answer, failure := ask()
	if failure == nil {
		st.kept.Put(now(), key, ttl, answer)
	}
	return answer, failure
}

// noteCaches reports each route whose answers API Gateway would cache and this gateway does not.
func (s *served) noteCaches(st *stage) {
	if s.gateway.options.Caches {
		return
	}
	for _, m := range st.methods {
		if st.stage.Caches(m.Method) > 0 {
			s.addProblem(st.stage.ID, fmt.Sprintf("the responses of %s %s are not cached", m.Verb, m.Path))
		}
	}
}
