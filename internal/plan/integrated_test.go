package plan

import (
	"reflect"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/integration"
)

func TestIntegrated(t *testing.T) {
	origins := []string{"https://a.example.com"}
	p, err := New(table(both(func(p *Props) {
		p.CORS = &CORS{AllowOrigins: origins, ExposeHeaders: []string{"ETag"}, AllowCredentials: true}
		p.RestAPI = &RestAPI{BinaryMediaTypes: []string{"*/*"}}
		p.Authorizers = map[string]*Authorizer{"programs": signing()}
	}, add(
		Route{Pattern: "GET /toys/{id}", Integrated: true, Access: []Access{Public{"x"}, CacheResponse{TTL: time.Minute}}},
		Route{Pattern: "POST /toys", Integrated: true, Access: []Access{GuardedBy{"programs"}, Streamed{}}},
		Route{Pattern: "PUT /toys", Integrated: true},
	))))
	if err != nil {
		t.Fatal(err)
	}
	cors := &corsconfig.Config{AllowOrigins: origins, ExposeHeaders: []string{"ETag"}, AllowCredentials: true}
	for pattern, want := range map[string]integration.Route{
		"GET /toys/{id}": {Cached: true, CacheKeys: []string{"method.request.path.id", "method.request.header.Origin"}},
		"POST /toys":     {Signed: true, Streams: true},
		"PUT /toys":      {},
	} {
		want.Pattern, want.CORS, want.BinaryJSON = mustParse(t, pattern), cors, true
		for _, r := range p.Routes {
			if r.Pattern.String() != pattern {
				continue
			}
			if got := p.Integrated(r); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, want %+v", pattern, got, want)
			}
		}
	}
}
