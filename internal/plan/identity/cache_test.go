package identity

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

func TestWrongCaches(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cache Cache
		want  string // part of the error
	}{
		{"TTL over an hour", Cache{Included: true, TTL: 2 * time.Hour},
			"CacheTTL 2h0m0s is over API Gateway's maximum of 1h0m0s"},
		{"cache without identity source", Cache{Own: true},
			"caching is on and there is no identity source to cache by: add IdentitySources, or set CacheTTL to NoCache"},
		{"TTL negative",
			Cache{Included: true, TTL: -time.Second},
			"CacheTTL -1s is negative: give a time up to 1h0m0s, 0 for API Gateway's default of 5m0s, or NoCache"},
		{"TTL of half seconds",
			Cache{Included: true, TTL: 1500 * time.Millisecond},
			"CacheTTL 1.5s is not in whole seconds, as API Gateway takes it: give whole seconds, such as 5*time.Minute"},
		{"TTL without its unit", Cache{Included: true, TTL: 300}, // nanoseconds, as time.Duration counts
			"CacheTTL 300ns is not in whole seconds, as API Gateway takes it: write 300*time.Second for 300 seconds"},
		{"cache without the token", Cache{Included: true, Identity: []Source{Query("tenant")}},
			"the token in method.request.header.Authorization is not among the identity sources, " +
				"so one caller's answer would serve another"},
		{
			"cache with two tokens",
			Cache{Included: true, Tokens: []settings.TokenSource{
				{Kind: settings.Header, Name: "Authorization"}, {Kind: settings.Cookie, Name: "session"},
			}},
			"caching is on with 2 TokenSources",
		},
		{"token sources for a function of one's own",
			Cache{Own: true, TTL: NoCache, Tokens: []settings.TokenSource{{Kind: settings.Cookie, Name: "a"}}},
			"TokenSources are for the included function"},
		{"empty identity source", Cache{Own: true, Identity: []Source{{}}}, "an empty IdentitySource"},
		{
			"identity source after authorization",
			Cache{Own: true, Identity: []Source{Context("authorizer.principalId")}},
			`IdentityContext("authorizer.principalId"): API Gateway has no such value before a request is authorized`,
		},
		{
			"identity source after authorization without a cache",
			Cache{Own: true, TTL: NoCache, Identity: []Source{Context("authorizer.principalId")}},
			`IdentityContext("authorizer.principalId"): API Gateway has no such value before a request is authorized`,
		},
		{
			"an unlisted identity source to cache by",
			Cache{Own: true, Identity: []Source{Header("X-Token"), Context("tlsVersion")}},
			`IdentityContext("tlsVersion"): API Gateway has no such value before a request is authorized`,
		},
		{"identity source with a comma",
			Cache{Own: true, Identity: []Source{Query("a,b")}},
			`identity source "method.request.querystring.a,b": a name without commas`},
		{"empty cookie",
			Cache{Included: true, Tokens: []settings.TokenSource{{Kind: settings.Cookie, Name: ""}}},
			`TokenSources[0]: token source "cookie" "": want a header, a cookie or a querystring with a name`},
		{"cookie with a value",
			Cache{Included: true, Tokens: []settings.TokenSource{{Kind: settings.Cookie, Name: "a=b"}}},
			`TokenSources[0]: token source "cookie" "a=b": the name of a header or a cookie has letters, digits ` +
				`and`},
		{"invalid token source",
			Cache{Included: true, TTL: NoCache, Tokens: []settings.TokenSource{{}}},
			"TokenSources[0]: an empty TokenSource"},
		{"query parameter without a name",
			Cache{Included: true, TTL: NoCache, Tokens: []settings.TokenSource{{Kind: settings.QueryString, Name: ""}}},
			`TokenSources[0]: token source "querystring" "": want a header, a cookie or a querystring with a name`},
		{"token source twice",
			Cache{
				Included: true,
				TTL:      NoCache,
				Tokens:   []settings.TokenSource{{Kind: settings.Cookie, Name: "s"}, {Kind: settings.Cookie, Name: "s"}},
			},
			`TokenSources[1]: the cookie "s" is listed twice`},
		{"header as API Gateway writes it",
			Cache{Own: true, Identity: []Source{Header("method.request.header.X-Token")}},
			`header "method.request.header.X-Token": want its name alone: "X-Token"`},
		{"query string as API Gateway writes it",
			Cache{Own: true, Identity: []Source{Query("method.request.querystring.tenant")}},
			`want the name alone: "tenant"`},
		{"cache that knows no caller",
			Cache{Own: true, Identity: []Source{StageVariable("env"), Context("httpMethod")}},
			"no identity source tells callers apart, so one caller's answer would serve all"},
		{"invalid identity",
			Cache{Own: true, Identity: []Source{Context("identity.nonsense")}},
			`IdentityContext("identity.nonsense"): API Gateway has no such value`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := errors.Join(tt.cache.Check()...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}

// Without a cache, a context variable that is in no list is not checked.
func TestUnlistedContext(t *testing.T) {
	if errs := (Cache{Own: true, TTL: NoCache, Identity: []Source{Context("tlsVersion")}}).Check(); errs != nil {
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
	perRequest := []Source{Header("X-Token"), Context("path"), Context("httpMethod")}
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
			Cache{Included: true, Identity: []Source{Header("authorization")}},
			"method.request.header.authorization", "authorization Authorization", "[[authorization Authorization]]", false},
		{"a cookie", Cache{Included: true, Tokens: []settings.TokenSource{cookie}}, "method.request.header.Cookie", "",
			"[[Cookie Cookie]]", false},
		{"two tokens without a cache", Cache{Included: true, TTL: NoCache, Tokens: []settings.TokenSource{cookie, token}}, "",
			"X-Token", "[[Cookie] [X-Token]]", true},
		{"a function of one's own", Cache{Own: true, Identity: []Source{Header("X-Token"), Query("tenant")}},
			"method.request.header.X-Token method.request.querystring.tenant", "X-Token", "[[X-Token]]", false},
		{"a function of one's own without a cache",
			Cache{Own: true, TTL: NoCache, Identity: []Source{Header("X-Token"), Query("tenant")}},
			"method.request.header.X-Token method.request.querystring.tenant", "X-Token", "[[X-Token] []]", true},
		{"an answer for each path and verb", Cache{Own: true, Identity: perRequest},
			"method.request.header.X-Token context.path context.httpMethod", "X-Token", "[[X-Token]]", true},
		{"an answer for each path", Cache{Own: true, Identity: perRequest[:2]},
			"method.request.header.X-Token context.path", "X-Token", "[[X-Token]]", false},
		{"a caller's address", Cache{Own: true, Identity: []Source{Context("identity.sourceIp")}},
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

func TestEnough(t *testing.T) {
	header := func(name string) settings.TokenSource { return settings.TokenSource{Kind: settings.Header, Name: name} }
	cookie := settings.TokenSource{Kind: settings.Cookie, Name: "session"}
	query := settings.TokenSource{Kind: settings.QueryString, Name: "token"}
	for _, tt := range []struct {
		name  string
		cache Cache
		want  [][]string
	}{
		{"the default", Cache{Included: true}, [][]string{{"Authorization", "Authorization"}}},
		{"the default without a cache", Cache{Included: true, TTL: NoCache}, [][]string{{"Authorization"}}},
		{"several tokens", Cache{Included: true, TTL: NoCache,
			Tokens: []settings.TokenSource{header("X-Token"), cookie, query}},
			[][]string{{"X-Token"}, {"Cookie"}, {}}},
		{"a token and another source", Cache{Included: true,
			Identity: []Source{Header("Authorization"), Header("X-Tenant")}},
			[][]string{{"Authorization", "X-Tenant", "Authorization"}}},
		{"sources that nothing asks for", Cache{Included: true, TTL: NoCache, Identity: []Source{Header("X-Tenant")}},
			[][]string{{"Authorization"}}},
		{"an own function with a cache", Cache{Own: true,
			Identity: []Source{Header("X-A"), Query("b"), Header("X-C")}},
			[][]string{{"X-A", "X-C"}}},
		{"an own function without one", Cache{Own: true, TTL: NoCache, Identity: []Source{Header("X-A"), Query("b")}},
			[][]string{{"X-A"}, {}}},
		{"an own function that names nothing", Cache{Own: true, TTL: NoCache}, [][]string{{}}},
	} {
		if got := tt.cache.Enough(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
