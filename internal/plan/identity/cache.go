package identity

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// NoCache is the TTL that turns a cache off.
const NoCache time.Duration = -1

// API Gateway's default and maximum for an authorizer's cache.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
const (
	defaultCacheTTL = 300 * time.Second
	maxCacheTTL     = 3600 * time.Second
)

// CacheTTL checks an authorizer's CacheTTL and fills in its default. It returns 0 if the cache is off.
func CacheTTL(d time.Duration) (time.Duration, error) {
	switch {
	case d == 0:
		return defaultCacheTTL, nil
	case d == NoCache:
		return 0, nil
	case d < 0:
		return 0, fmt.Errorf("CacheTTL %s is negative: give a time up to 1h0m0s, 0 for API Gateway's default of "+
			"5m0s, or NoCache",
			d)
	case d > maxCacheTTL:
		return 0, fmt.Errorf("CacheTTL %s is over API Gateway's maximum of 1h0m0s (3600 seconds)", d)
	case d%time.Second != 0:
		want := "give whole seconds, such as 5*time.Minute"
		if d <= maxCacheTTL/time.Second { // a number of seconds, without its unit
			want = fmt.Sprintf("write %d*time.Second for %d seconds", d, d)
		}
		return 0, fmt.Errorf("CacheTTL %s is not in whole seconds, as API Gateway takes it: %s", d, want)
	}
	return d, nil
}

// Cache describes where an authorizer of type REQUEST finds its token, and which values its answers are cached by.
type Cache struct {
	TTL      time.Duration // as given: see [CacheTTL]
	Identity []Source
	Tokens   []settings.TokenSource // where the included function looks for its token

	// Included and Own tell which function decides. If neither is set, it is not known yet which values to cache by.
	Included, Own bool
}

// Check returns what is wrong with the sources and the cache.
func (c Cache) Check() (errs []error) {
	ttl, err := CacheTTL(c.TTL)
	if err != nil {
		errs = append(errs, err)
	}
	sources := c.Sources()
	for _, s := range sources {
		if err := s.check(); err != nil && !(c.TTL == NoCache && s.isUndocumented()) {
			errs = append(errs, err)
		}
	}
	if c.Own && len(c.Tokens) > 0 {
		errs = append(errs, errors.New("TokenSources are for the included function: your own Function finds its "+
			"token itself"))
	}
	for i, t := range c.Tokens {
		if err := checkTokenSource(t); err != nil {
			errs = append(errs, fmt.Errorf("TokenSources[%d]: %w", i, err))
		} else if slices.Contains(c.Tokens[:i], t) {
			errs = append(errs, fmt.Errorf("TokenSources[%d]: the %s %q is listed twice: leave one out", i, t.Kind,
				t.Name))
		}
	}
	if ttl > 0 && (c.Included || c.Own) {
		errs = append(errs, c.checkSources(sources)...)
	}
	return errs
}

// checkSources refuses identity sources under which a caller could get another caller's answer, or none at all.
func (c Cache) checkSources(sources []Source) (errs []error) {
	if len(sources) == 0 {
		return []error{errors.New("caching is on and there is no identity source to cache by: add IdentitySources, " +
			"or set CacheTTL to NoCache")}
	}
	if !slices.ContainsFunc(sources, Source.tellsCallersApart) {
		return []error{errors.New("caching is on and no identity source tells callers apart, so one caller's answer " +
			"would serve all: add an IdentityHeader, an IdentityQuery or IdentityContext(\"identity.sourceIp\"), or " +
			"set CacheTTL to NoCache")}
	}
	if !c.Included {
		return nil
	}
	tokens := c.TokenSources()
	if len(tokens) > 1 {
		errs = append(errs, fmt.Errorf("caching is on with %d TokenSources: API Gateway wants every identity source "+
			"in each request, so a request with one token would get 401: use one, or set CacheTTL to NoCache", len(tokens)))
	}
	for _, t := range tokens {
		want := identityOf(t)
		if !slices.ContainsFunc(sources, want.equal) {
			errs = append(errs, fmt.Errorf("caching is on and the token in %s is not among the identity sources, so "+
				"one caller's answer would serve another: add it, or set CacheTTL to NoCache", want))
		}
	}
	return errs
}

// TokenSources returns the token sources given or, by default, the Authorization header.
func (c Cache) TokenSources() []settings.TokenSource {
	if len(c.Tokens) == 0 {
		return []settings.TokenSource{{Kind: settings.Header, Name: "Authorization"}}
	}
	return c.Tokens
}

// Sources returns the identity sources given. If there are none and the included function has caching on, it returns
// the sources of the function's token.
func (c Cache) Sources() []Source {
	if len(c.Identity) > 0 || !c.Included || c.TTL == NoCache {
		return c.Identity
	}
	var out []Source
	for _, t := range c.TokenSources() {
		if s := identityOf(t); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// PerRequest reports whether an answer serves only one verb and path, so that its policy can be limited to that.
func (c Cache) PerRequest() bool {
	return c.TTL == NoCache ||
		slices.Contains(c.Identity, Context("path")) && slices.Contains(c.Identity, Context("httpMethod"))
}

// Cookies returns the names of the cookies that the included function reads tokens from.
func (c Cache) Cookies() (out []string) {
	for _, t := range c.Tokens {
		if t.Kind == settings.Cookie {
			out = append(out, t.Name)
		}
	}
	return out
}

// Headers returns the request headers that the authorizer reads, except for Cookie, which a page cannot set.
func (c Cache) Headers() []string {
	sources := slices.Clone(c.Sources())
	if c.Included {
		for _, t := range c.TokenSources() {
			sources = append(sources, identityOf(t))
		}
	}
	var out []string
	for _, s := range sources {
		if s.prefix == inHeader && s.name != "Cookie" {
			out = append(out, s.name)
		}
	}
	return out
}

// Enough returns alternative sets of headers, Cookie included. A request needs all headers of one set. With caching on,
// API Gateway requires every identity source. With caching off, the included function takes the first of its tokens
// that is there, and your own function may need any of the sources.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html (identitySource)
func (c Cache) Enough() (out [][]string) {
	headers := func(of []Source) []string {
		names := []string{}
		for _, s := range of {
			if s.prefix == inHeader {
				names = append(names, s.name)
			}
		}
		return names
	}
	var asked []Source
	if c.TTL != NoCache {
		asked = c.Sources()
	}
	switch {
	case c.Included:
		for _, t := range c.TokenSources() {
			out = append(out, headers(append(slices.Clone(asked), identityOf(t))))
		}
	case c.TTL == NoCache:
		for _, s := range c.Identity {
			out = append(out, headers([]Source{s}))
		}
	}
	if out == nil {
		out = [][]string{headers(asked)}
	}
	return out
}
