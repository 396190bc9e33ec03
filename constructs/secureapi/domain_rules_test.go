package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The next version of an API shares a domain with the present version, which is at the root. A routing rule sends it
// requests with a header.
func TestRoutingRules(t *testing.T) {
	app := newApp()
	in := func(id string) awscdk.Stack { return awscdk.NewStack(app, &id, nil) }
	front, one, two := in("Front"), in("One"), in("Two")
	domain := secureapi.NewDomain(front, "Domain", &secureapi.Domain{
		Name: "api.example.com", Certificate: certificate(front, "eu-west-1"),
	})
	shop(one, func(p *secureapi.Props) { p.Domain = &secureapi.Domain{Of: domain} })
	api := shop(two, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{Of: domain, Rules: []secureapi.RoutingRule{
			{Priority: 20, BasePath: "v2", StripBasePath: true},
			{Priority: 10, Headers: map[string]string{"x-version": "2*", "x-beta": "yes"}, BasePath: "orders"},
		}}
	})
	if url := api.DomainURL(); url[len(url)-4:] != "/v2/" {
		t.Errorf("DomainURL: got %s, want the path /v2/", url)
	}
	settings := only(t, front, "AWS::ApiGateway::DomainName")
	if mode := settings["RoutingMode"]; mode != "ROUTING_RULE_THEN_BASE_PATH_MAPPING" {
		t.Errorf("RoutingMode: got %v, want ROUTING_RULE_THEN_BASE_PATH_MAPPING", mode)
	}
	if n := len(resources(two, "AWS::ApiGateway::BasePathMapping")); n != 0 {
		t.Errorf("got %d base path mappings for an API with rules, want none", n)
	}
	rules := map[any]map[string]any{}
	for _, r := range resources(two, "AWS::ApiGatewayV2::RoutingRule") {
		rules[r["Priority"]] = r
		delete(r, "Priority")
		if r["DomainNameArn"] == nil {
			t.Errorf("rule: got no domain in %v", r)
		}
		delete(r, "DomainNameArn")
		invoke := r["Actions"].([]any)[0].(map[string]any)["InvokeApi"].(map[string]any)
		if invoke["ApiId"] == nil || invoke["Stage"] == nil {
			t.Errorf("rule: got InvokeApi %v, want an ApiId and a Stage", invoke)
		}
		delete(invoke, "ApiId")
		delete(invoke, "Stage")
	}
	header := func(name, value string) any {
		return map[string]any{"MatchHeaders": map[string]any{"AnyOf": []any{
			map[string]any{"Header": name, "ValueGlob": value},
		}}}
	}
	path := func(path string) any { return map[string]any{"MatchBasePaths": map[string]any{"AnyOf": []any{path}}} }
	action := func(invoke map[string]any) []any { return []any{map[string]any{"InvokeApi": invoke}} }
	if diff := cmp.Diff(map[any]map[string]any{
		10.0: {
			"Conditions": []any{header("x-beta", "yes"), header("x-version", "2*"), path("orders")},
			"Actions":    action(map[string]any{}),
		},
		20.0: {"Conditions": []any{path("v2")}, "Actions": action(map[string]any{"StripBasePath": true})},
	}, rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	refused(t, func() {
		shop(in("Three"), func(p *secureapi.Props) {
			p.Domain = &secureapi.Domain{Of: domain, Rules: []secureapi.RoutingRule{{Priority: 10, BasePath: "x"}}}
		})
	}, `Three/Api: Domain.Rules has the priority 10, which a rule of Two/Api has at the domain "api.example.com" too`)
	refused(t, func() {
		shop(in("Four"), func(p *secureapi.Props) {
			p.Domain = &secureapi.Domain{Of: domain, Rules: []secureapi.RoutingRule{{Priority: 5, BasePath: "orders"}}}
		})
	}, `route "GET /orders" of One/Api, which the domain "api.example.com" has at "/", is never reached`)
	refused(t, func() {
		secureapi.NewDomain(in("Five"), "Domain", &secureapi.Domain{Rules: []secureapi.RoutingRule{{Priority: 1}}})
	}, "Five/Domain: Of, BasePaths, Rules and NoExecuteAPI are an API's own")
	refused(t, func() {
		stack := in("Six")
		shop(stack, func(p *secureapi.Props) {
			p.Domain = &secureapi.Domain{
				Rules: []secureapi.RoutingRule{{Priority: 1, BasePath: "v2"}},
				Of: awsapigateway.DomainName_FromDomainNameAttributes(stack, jsii.String("Shared"),
					&awsapigateway.DomainNameAttributes{
						DomainName:                  jsii.String("shared.example.com"),
						DomainNameAliasTarget:       jsii.String("d-1.execute-api.eu-west-1.amazonaws.com"),
						DomainNameAliasHostedZoneId: jsii.String("Z1"),
					}),
			}
		})
	}, "Domain.Rules is set, and the domain is imported")
}
