package secureapi

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
)

// TestPropsTraps has props that CDK would synthesize. The API would then fail at deployment, or be open.
func TestPropsTraps(t *testing.T) {
	yes, no := true, false
	keyed := func(a Authorizer, access ...Access) func(*Props) {
		return func(p *Props) {
			r := Handle("GET /keyed", fn, access...)
			r.MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &yes}
			p.Authorizer, p.Routes = a, []Route{r}
			p.RestApiProps = &awsapigateway.RestApiProps{ApiKeySourceType: awsapigateway.ApiKeySourceType_AUTHORIZER}
		}
	}
	keys := jwt()
	keys.UsageKeyClaim = "plan_key"
	claimed := func(a Authorizer) func(*Props) {
		return func(p *Props) {
			keyed(a)(p)
			p.RestApiProps = nil
		}
	}
	domain := func(mtls *awsapigateway.MTLSConfig, disabled *bool) func(*Props) {
		return rest(
			awsapigateway.RestApiProps{
				DisableExecuteApiEndpoint: disabled,
				DomainName:                &awsapigateway.DomainNameOptions{Mtls: mtls},
			},
		)
	}
	const source = "RestApiProps.ApiKeySourceType is AUTHORIZER, and "
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string // "" if it is right
	}{
		{
			"API keys from the authorizer of a public route",
			keyed(nil, Public("keys only")),
			`route "GET /keyed" needs an API key, ` + source +
				"a public route has no authorizer to name one: leave ApiKeySourceType out, " +
				"so that callers send the key in X-Api-Key",
		},
		{"API keys from an IAMAuthorizer", keyed(IAMAuthorizer{}), source + "the API's IAMAuthorizer names none"},
		{
			"API keys from a CognitoAuthorizer",
			keyed(CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}),
			source + "the API's CognitoAuthorizer names none",
		},
		{
			"API keys from the included function without a claim, per request",
			keyed(RequestAuthorizer{JWT: jwt(), CacheTTL: NoCache}),
			source + "the API's RequestAuthorizer names none",
		},
		{"API keys from an own function", keyed(RequestAuthorizer{Function: fn, CacheTTL: NoCache}), ""},
		{"API keys from a claim", claimed(TokenAuthorizer{JWT: keys}), ""},
		{"API keys from a claim of a session", claimed(SessionAuthorizer{Login: okta(), UsageKeyClaim: "plan_key"}), ""},
		{
			"a claim of API keys that no route requires, of sessions",
			guardedWith(SessionAuthorizer{Login: okta(), UsageKeyClaim: "plan_key"}),
			`UsageKeyClaim of the API's SessionAuthorizer is "plan_key", and none of its routes needs an API key`,
		},
		{
			"a key that a session would name",
			keyed(SessionAuthorizer{Login: okta()}),
			source + "the API's SessionAuthorizer names none",
		},
		{"API keys from a claim, per request", claimed(RequestAuthorizer{JWT: keys, CacheTTL: NoCache}), ""},
		{
			"a key that a claim names, and the source said too",
			together(claimed(TokenAuthorizer{JWT: keys}), rest(awsapigateway.RestApiProps{
				ApiKeySourceType: awsapigateway.ApiKeySourceType_AUTHORIZER,
			})),
			"",
		},
		{
			"a key that a claim names, and callers too",
			together(claimed(TokenAuthorizer{JWT: keys}), rest(awsapigateway.RestApiProps{
				ApiKeySourceType: awsapigateway.ApiKeySourceType_HEADER,
			})),
			"RestApiProps.ApiKeySourceType is HEADER, with which callers choose the key, and UsageKeyClaim of the API's " +
				`TokenAuthorizer takes it from the claim "plan_key": leave one out`,
		},
		{
			"a claim of keys that nothing requires",
			guardedWith(TokenAuthorizer{JWT: keys}),
			`UsageKeyClaim of the API's TokenAuthorizer is "plan_key", and none of its routes needs an API key, so that ` +
				"nothing is counted: add APIKey() to those that count",
		},
		{
			"a public route that needs a key beside a claim",
			together(claimed(TokenAuthorizer{JWT: keys}), func(p *Props) {
				r := Handle("GET /open", fn, Public("keys only"))
				r.MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &yes}
				p.Routes = append(p.Routes, r)
			}),
			`route "GET /open" needs an API key, UsageKeyClaim of the API's TokenAuthorizer makes authorizers the source ` +
				"of keys, and a public route has no authorizer to name one: an API has one source of keys",
		},
		{
			"another authorizer's route that needs a key beside a claim",
			together(claimed(TokenAuthorizer{JWT: keys}), func(p *Props) {
				p.Authorizers = map[string]Authorizer{"partners": token()}
				r := Handle("GET /partners", fn, GuardedBy("partners"))
				r.MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &yes}
				p.Routes = append(p.Routes, r)
			}),
			`route "GET /partners" needs an API key, UsageKeyClaim of the API's TokenAuthorizer makes authorizers the ` +
				`source of keys, and the TokenAuthorizer "partners" names none`,
		},
		{
			"the source alone, where nothing names a key",
			rest(awsapigateway.RestApiProps{ApiKeySourceType: awsapigateway.ApiKeySourceType_AUTHORIZER}),
			source + "no authorizer of the API names a key",
		},
		{
			"the source that callers have",
			rest(awsapigateway.RestApiProps{ApiKeySourceType: awsapigateway.ApiKeySourceType_HEADER}),
			"",
		},
		{
			"client certificates beside an open endpoint",
			domain(&awsapigateway.MTLSConfig{}, nil),
			"RestApiProps.DomainName has Mtls, " +
				"and callers without a certificate reach the API by its execute-api endpoint: " +
				"set RestApiProps.DisableExecuteApiEndpoint to true",
		},
		{"an endpoint that is open on purpose", domain(&awsapigateway.MTLSConfig{}, &no), "RestApiProps.DomainName has Mtls"},
		{"client certificates and a disabled endpoint", domain(&awsapigateway.MTLSConfig{}, &yes), ""},
		{"a domain without client certificates", domain(nil, nil), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newTable(props(tt.change))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}
