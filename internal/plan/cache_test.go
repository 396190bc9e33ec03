package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// caching guards the table with an authorizer of type REQUEST.
func caching(c Cache) func(*Props) {
	return func(p *Props) {
		p.Authorizer = deciding(jwt())
		p.Authorizer.Problems = c.Check()
	}
}

func TestWrongCaches(t *testing.T) {
	testRefusals(t, []refusal{
		{"TTL over an hour", caching(Cache{Included: true, TTL: 2 * time.Hour}),
			"CacheTTL 2h0m0s is over API Gateway's maximum of 1h0m0s"},
		{"cache without identity source", caching(Cache{Own: true}),
			"caching is on and there is no identity source to cache by: add IdentitySources, or set CacheTTL to NoCache"},
		{"TTL negative",
			caching(Cache{Included: true, TTL: -time.Second}),
			"CacheTTL -1s is negative: give a time up to 1h0m0s, 0 for API Gateway's default of 5m0s, or NoCache"},
		{"TTL of half seconds",
			caching(Cache{Included: true, TTL: 1500 * time.Millisecond}),
			"CacheTTL 1.5s is not in whole seconds, as API Gateway takes it: give whole seconds, such as 5*time.Minute"},
		{"TTL without its unit", caching(Cache{Included: true, TTL: 300}), // nanoseconds, as time.Duration counts
			"CacheTTL 300ns is not in whole seconds, as API Gateway takes it: write 300*time.Second for 300 seconds"},
		{"cache without the token", caching(Cache{Included: true, Identity: []IdentitySource{Query("tenant")}}),
			"the token in method.request.header.Authorization is not among the identity sources, " +
				"so one caller's answer would serve another"},
		{
			"cache with two tokens",
			caching(Cache{Included: true, Tokens: []settings.TokenSource{
				{Kind: settings.Header, Name: "Authorization"}, {Kind: settings.Cookie, Name: "session"},
			}}),
			"caching is on with 2 TokenSources",
		},
		{"token sources for a function of one's own",
			caching(Cache{Own: true, TTL: NoCache, Tokens: []settings.TokenSource{{Kind: settings.Cookie, Name: "a"}}}),
			"TokenSources are for the included function"},
		{"empty identity source", caching(Cache{Own: true, Identity: []IdentitySource{{}}}), "an empty IdentitySource"},
		{
			"identity source after authorization",
			caching(Cache{Own: true, Identity: []IdentitySource{Context("authorizer.principalId")}}),
			`IdentityContext("authorizer.principalId"): API Gateway has no such value before a request is authorized`,
		},
		{
			"identity source after authorization without a cache",
			caching(Cache{Own: true, TTL: NoCache, Identity: []IdentitySource{Context("authorizer.principalId")}}),
			`IdentityContext("authorizer.principalId"): API Gateway has no such value before a request is authorized`,
		},
		{
			"an unlisted identity source to cache by",
			caching(Cache{Own: true, Identity: []IdentitySource{Header("X-Token"), Context("tlsVersion")}}),
			`IdentityContext("tlsVersion"): API Gateway has no such value before a request is authorized`,
		},
		{"identity source with a comma",
			caching(Cache{Own: true, Identity: []IdentitySource{Query("a,b")}}),
			`identity source "method.request.querystring.a,b": a name without commas`},
		{"empty cookie",
			caching(Cache{Included: true, Tokens: []settings.TokenSource{{Kind: settings.Cookie, Name: ""}}}),
			`TokenSources[0]: token source "cookie" "": want a header, a cookie or a querystring with a name`},
		{"cookie with a value",
			caching(Cache{Included: true, Tokens: []settings.TokenSource{{Kind: settings.Cookie, Name: "a=b"}}}),
			`TokenSources[0]: token source "cookie" "a=b": the name of a header or a cookie has letters, digits ` +
				`and`},
		{"invalid token source",
			caching(Cache{Included: true, TTL: NoCache, Tokens: []settings.TokenSource{{}}}),
			"TokenSources[0]: an empty TokenSource"},
		{"query parameter without a name",
			caching(Cache{Included: true, TTL: NoCache, Tokens: []settings.TokenSource{{Kind: settings.QueryString, Name: ""}}}),
			`TokenSources[0]: token source "querystring" "": want a header, a cookie or a querystring with a name`},
		{"token source twice",
			caching(
				Cache{
					Included: true,
					TTL:      NoCache,
					Tokens:   []settings.TokenSource{{Kind: settings.Cookie, Name: "s"}, {Kind: settings.Cookie, Name: "s"}},
				},
			),
			`TokenSources[1]: the cookie "s" is listed twice`},
		{"header as API Gateway writes it",
			caching(Cache{Own: true, Identity: []IdentitySource{Header("method.request.header.X-Token")}}),
			`header "method.request.header.X-Token": want its name alone: "X-Token"`},
		{"query string as API Gateway writes it",
			caching(Cache{Own: true, Identity: []IdentitySource{Query("method.request.querystring.tenant")}}),
			`want the name alone: "tenant"`},
		{"cache that knows no caller",
			caching(Cache{Own: true, Identity: []IdentitySource{StageVariable("env"), Context("httpMethod")}}),
			"no identity source tells callers apart, so one caller's answer would serve all"},
		{"invalid identity",
			caching(Cache{Own: true, Identity: []IdentitySource{Context("identity.nonsense")}}),
			`IdentityContext("identity.nonsense"): API Gateway has no such value`},
	})
}

// Without a cache, a context variable that is in no list is not checked.
func TestUnlistedContext(t *testing.T) {
	if errs := (Cache{Own: true, TTL: NoCache, Identity: []IdentitySource{Context("tlsVersion")}}).Check(); errs != nil {
		t.Error(errs)
	}
}

func TestCacheTTL(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{
		0: 5 * time.Minute, NoCache: 0, time.Second: time.Second, time.Hour: time.Hour,
	} {
		if got, err := CacheTTL(given); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", given, got, err, want)
		}
	}
	for given, want := range map[time.Duration]string{
		-2:                      "is negative",
		time.Hour + time.Second: "is over API Gateway's maximum",
		3600:                    "write 3600*time.Second for 3600 seconds",
		3601:                    "give whole seconds",
	} {
		if got, err := CacheTTL(given); err == nil || got != 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %s, %v, want %q", given, got, err, want)
		}
	}
}

// What a cache keys its answers by, which headers the authorizer reads, and which it needs.
func TestSourcesOfACache(t *testing.T) {
	cookie := settings.TokenSource{Kind: settings.Cookie, Name: "session"}
	token := settings.TokenSource{Kind: settings.Header, Name: "X-Token"}
	perRequest := []IdentitySource{Header("X-Token"), Context("path"), Context("httpMethod")}
	for _, tt := range []struct {
		name             string
		cache            Cache
		sources, headers string
		enough           string
		perRequest       bool
	}{
		{"the included function", Cache{Included: true}, "method.request.header.Authorization", "Authorization Authorization",
			"[[Authorization Authorization]]", false},
		{"the included function with its token's header in another case",
			Cache{Included: true, Identity: []IdentitySource{Header("authorization")}},
			"method.request.header.authorization", "authorization Authorization", "[[authorization Authorization]]", false},
		{"a cookie", Cache{Included: true, Tokens: []settings.TokenSource{cookie}}, "method.request.header.Cookie", "",
			"[[Cookie Cookie]]", false},
		{"two tokens without a cache", Cache{Included: true, TTL: NoCache, Tokens: []settings.TokenSource{cookie, token}}, "",
			"X-Token", "[[Cookie] [X-Token]]", true},
		{"a function of one's own", Cache{Own: true, Identity: []IdentitySource{Header("X-Token"), Query("tenant")}},
			"method.request.header.X-Token method.request.querystring.tenant", "X-Token", "[[X-Token]]", false},
		{"a function of one's own without a cache",
			Cache{Own: true, TTL: NoCache, Identity: []IdentitySource{Header("X-Token"), Query("tenant")}},
			"method.request.header.X-Token method.request.querystring.tenant", "X-Token", "[[X-Token] []]", true},
		{"an answer for each path and verb", Cache{Own: true, Identity: perRequest},
			"method.request.header.X-Token context.path context.httpMethod", "X-Token", "[[X-Token]]", true},
		{"an answer for each path", Cache{Own: true, Identity: perRequest[:2]},
			"method.request.header.X-Token context.path", "X-Token", "[[X-Token]]", false},
		{"a caller's address", Cache{Own: true, Identity: []IdentitySource{Context("identity.sourceIp")}},
			"context.identity.sourceIp", "", "[[]]", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if errs := tt.cache.Check(); errs != nil {
				t.Errorf("refused: %v", errs)
			}
			var sources []string
			for _, s := range tt.cache.Sources() {
				sources = append(sources, s.String())
			}
			if got := strings.Join(sources, " "); got != tt.sources {
				t.Errorf("it is keyed by %s, want %s", got, tt.sources)
			}
			if got := strings.Join(tt.cache.Headers(), " "); got != tt.headers {
				t.Errorf("it reads %s, want %s", got, tt.headers)
			}
			if got := fmt.Sprint(tt.cache.Enough()); got != tt.enough {
				t.Errorf("it needs %s, want %s", got, tt.enough)
			}
			if got := tt.cache.PerRequest(); got != tt.perRequest {
				t.Errorf("an answer serves one verb and path: got %t", got)
			}
		})
	}
}
