package jwt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// rediscover is how long a discovered jwks_uri is used before the discovery document is read again.
const rediscover = 24 * time.Hour

// published fetches the keys that an issuer publishes.
type published struct {
	issuer  *Issuer
	options *Options

	mu         sync.Mutex
	url        string    // of the keys: as configured, or as discovered
	discovered time.Time // zero if it is configured
}

// load implements [loader].
func (p *published) load(ctx context.Context) (loaded, error) {
	o := p.options
	if t, ok := o.Transport.(*http.Transport); ok {
		// A connection kept over a freeze is dead, and using it would cost a time-out.
		defer t.CloseIdleConnections()
	}
	url, err := p.keysURL(ctx)
	if err != nil {
		return loaded{}, fmt.Errorf("discovery: %w", err)
	}
	var l loaded
	text, head, err := getJSON(ctx, o.Transport, url, o.MaxBody)
	if err == nil {
		l.age = maxAge(head)
		l.keys, l.ignored, err = parseKeySet(text, o.MaxKeys)
	}
	if err != nil {
		p.forget() // the keys may have moved
		return loaded{}, fmt.Errorf("key set: %w", err)
	}
	return l, nil
}

// keysURL returns the URL of the keys.
func (p *published) keysURL(ctx context.Context) (string, error) {
	if p.issuer.JWKSURL != "" {
		return p.issuer.JWKSURL, nil
	}
	now := p.options.Now()
	p.mu.Lock()
	url, fresh := p.url, elapsed.Within(now, p.discovered, rediscover)
	p.mu.Unlock()
	if url != "" && fresh {
		return url, nil
	}
	url, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.url, p.discovered = url, now
	return url, nil
}

func (p *published) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.url = ""
}

// discover reads the jwks_uri of the issuer's discovery document (OpenID Connect Discovery 1.0, sections 4.1 and 4.3).
func (p *published) discover(ctx context.Context) (string, error) {
	o := p.options
	text, _, err := getJSON(ctx, o.Transport, strings.TrimSuffix(p.issuer.URL, "/")+"/.well-known/openid-configuration",
		o.MaxBody)
	if err != nil {
		return "", err
	}
	v, err := strictjson.Parse(text)
	if err != nil {
		return "", err
	}
	if !v.Get("issuer").Is(p.issuer.URL) {
		// The keys of another issuer's document must not verify this issuer's tokens.
		issuer, _ := v.Get("issuer").Text()
		return "", fmt.Errorf("%w: the document's issuer is %q instead of %q: configure the issuer exactly as its tokens "+
			"and its document name it",
			ErrConfig, issuer, p.issuer.URL)
	}
	url, ok := v.Get("jwks_uri").Text()
	if !ok {
		return "", errors.New("the document has no jwks_uri")
	}
	if err := CheckURL(url, p.issuer.AllowLoopbackHTTP); err != nil {
		return "", fmt.Errorf("the jwks_uri %q %w", url, err)
	}
	return url, nil
}
