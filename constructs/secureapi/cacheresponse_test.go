package secureapi_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// TestCacheResponse has a route for each way to make a method: from properties, from options and from an
// integration.
func TestCacheResponse(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	public := secureapi.Public("the catalogue")
	minute := secureapi.CacheResponse(time.Minute, secureapi.CacheKeyQuery("page"))
	shop(stack, func(p *secureapi.Props) {
		f := p.Routes[0].Function
		p.Routes = append(p.Routes,
			secureapi.Handle("GET /toys/{id}", f, public, minute, secureapi.Throttle(5, 10)),
			secureapi.Handle("GET /toys/{id}/parts", f, public),
			secureapi.Handle("GET /toys/{id}/words", f, public,
				secureapi.CacheResponse(time.Minute, secureapi.CacheKeyHeader("Accept-Language"))),
			secureapi.Route{
				Pattern:  "GET /bikes/{id}",
				Function: f,
				Access:   []secureapi.Access{public, minute},
				MethodOptions: &awsapigateway.MethodOptions{
					RequestParameters: &map[string]*bool{"method.request.header.X": jsii.Bool(true)},
				},
				IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{
					CacheKeyParameters: jsii.Strings("method.request.header.X"),
				},
			},
			secureapi.Integrate("GET /cars/{id}", awsapigateway.NewHttpIntegration(
				jsii.String("https://cars.example.com/{id}"),
				&awsapigateway.HttpIntegrationProps{
					Options: &awsapigateway.IntegrationOptions{RequestParameters: &map[string]*string{
						"integration.request.path.id":  jsii.String("method.request.path.id"),
						"integration.request.header.L": jsii.String("method.request.header.Accept-Language"),
					}, CacheKeyParameters: jsii.Strings("method.request.header.Accept-Language")},
				},
			), public, minute),
		)
	})
	const id, page = "method.request.path.id", "method.request.querystring.page"
	got := map[string]any{}
	for logical, m := range resources(stack, "AWS::ApiGateway::Method") {
		got[logical[:len(logical)-8]] = []any{m["RequestParameters"], m["Integration"].(map[string]any)["CacheKeyParameters"]}
	}
	want := map[string]any{
		"ApiRestApiordersGET":      []any{nil, nil},
		"ApiRestApihealthGET":      []any{nil, nil},
		"ApiRestApitoysidGET":      []any{map[string]any{id: false, page: false}, []any{id, page}},
		"ApiRestApitoysidpartsGET": []any{nil, nil},
		"ApiRestApitoysidwordsGET": []any{map[string]any{id: false, "method.request.header.Accept-Language": false},
			[]any{id, "method.request.header.Accept-Language"}},
		"ApiRestApibikesidGET": []any{map[string]any{id: false, page: false, "method.request.header.X": true},
			[]any{id, page, "method.request.header.X"}},
		"ApiRestApicarsidGET": []any{map[string]any{id: false, page: false, "method.request.header.Accept-Language": false},
			[]any{id, page, "method.request.header.Accept-Language"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parameters and cache keys of the methods: got\n%v\nwant\n%v", got, want)
	}
	for _, s := range resources(stack, "AWS::ApiGateway::Stage") {
		if s["CacheClusterEnabled"] != true || s["CacheClusterSize"] != "0.5" {
			t.Errorf("cache of the stage: got enabled %v with %v GB", s["CacheClusterEnabled"], s["CacheClusterSize"])
		}
		text, _ := json.Marshal(s["MethodSettings"])
		const cached = `{"CacheDataEncrypted":true,"CacheTtlInSeconds":60,"CachingEnabled":true,` +
			`"DataTraceEnabled":false,"HttpMethod":"GET",`
		const want = `[{"DataTraceEnabled":false,"HttpMethod":"*","ResourcePath":"/*","ThrottlingBurstLimit":500,` +
			`"ThrottlingRateLimit":1000},` +
			cached + `"ResourcePath":"/~1bikes~1{id}","ThrottlingBurstLimit":500,"ThrottlingRateLimit":1000},` +
			cached + `"ResourcePath":"/~1cars~1{id}","ThrottlingBurstLimit":500,"ThrottlingRateLimit":1000},` +
			cached + `"ResourcePath":"/~1toys~1{id}","ThrottlingBurstLimit":10,"ThrottlingRateLimit":5},` +
			cached + `"ResourcePath":"/~1toys~1{id}~1words","ThrottlingBurstLimit":500,"ThrottlingRateLimit":1000}]`
		if string(text) != want {
			t.Errorf("MethodSettings: got\n%s\nwant\n%s", text, want)
		}
	}
	a, err := cloudassembly.Read(*app.Synth(nil).Directory())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rules.Check(a, rules.Options{}) {
		t.Errorf("got the findings %+v, want none", f)
	}
}
