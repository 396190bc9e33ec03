package oidcclient

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// tokens are a token endpoint's answer (RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3).
type tokens struct {
	access, refresh, id string
	expires             time.Time // from expires_in; zero without one
}

// maxToken is the maximum size of each token in bytes. The guard of a session would not verify a longer access token.
const maxToken = jwt.MaxTokenSize

// exchange exchanges a code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
func (c *Client) exchange(ctx context.Context, m *Metadata, g Grant) (*tokens, error) {
	return c.askForTokens(ctx, m, url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {g.Code},
		"code_verifier": {g.Verifier},
		"redirect_uri":  {g.RedirectURI},
	})
}

// renew exchanges a refresh token for newer tokens (RFC 6749, section 6).
func (c *Client) renew(ctx context.Context, m *Metadata, refresh string) (*tokens, error) {
	return c.askForTokens(ctx, m, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}

func (c *Client) askForTokens(ctx context.Context, m *Metadata, form url.Values) (*tokens, error) {
	began := c.now()
	fail := func(err error) (*tokens, error) { return nil, fmt.Errorf("the token endpoint: %w", err) }
	a, err := c.post(ctx, m.token, form, 200)
	if err != nil {
		return fail(err)
	}
	v, err := a.object()
	if err != nil {
		return fail(err)
	}
	t, err := readTokens(v, began)
	if err != nil {
		return fail(err)
	}
	return t, nil
}

// readTokens reads an answer. Its times count from began. The error names the member, and contains nothing of it.
func readTokens(v strictjson.Value, began time.Time) (*tokens, error) {
	t := new(tokens)
	for _, m := range []struct {
		name     string
		to       *string
		required bool
	}{{"access_token", &t.access, true}, {"refresh_token", &t.refresh, false}, {"id_token", &t.id, false}} {
		member := v.Get(m.name)
		if !m.required && member.Kind() <= strictjson.Null {
			continue
		}
		text, ok := member.Text()
		switch {
		case !ok || !isPrintable(text):
			return nil, fmt.Errorf("%s is missing or not a token", m.name)
		case len(text) > maxToken:
			return nil, fmt.Errorf("%s is longer than %d bytes", m.name, maxToken)
		}
		*m.to = text
	}
	// A token of another type cannot be used as a bearer token (RFC 6749, section 7.1). A DPoP token, for example, is
	// bound to a key.
	if kind, _ := v.Get("token_type").Text(); !strings.EqualFold(kind, "Bearer") {
		return nil, errors.New("token_type is not Bearer")
	}
	if member := v.Get("expires_in"); member.Kind() > strictjson.Null {
		seconds, ok := lifetime(member)
		if !ok {
			return nil, errors.New("expires_in is not a number of seconds")
		}
		t.expires = began.Add(time.Duration(seconds) * time.Second)
	}
	return t, nil
}

// lifetime parses a number of seconds, which some providers write in quotes.
func lifetime(v strictjson.Value) (seconds int64, ok bool) {
	if text, isText := v.Text(); isText {
		parsed, err := strictjson.Parse(text)
		if err != nil {
			return 0, false
		}
		v = parsed
	}
	seconds, _, ok = v.Floor()
	const year = 366 * 24 * 60 * 60
	return min(seconds, 10*year), ok && seconds > 0
}

// Push sends the authorization request to the provider (RFC 9126), if it accepts pushed requests, and returns the
// parameters that refer to it. Otherwise it returns the request's own parameters.
func (c *Client) Push(ctx context.Context, m *Metadata, request url.Values) (url.Values, error) {
	if m.pushed == "" {
		return request, nil
	}
	fail := func(err error) (url.Values, error) {
		return nil, endpointFailure(fmt.Errorf("the pushed authorization request: %w", err))
	}
	a, err := c.post(ctx, m.pushed, request, 201, 200)
	if err != nil {
		return fail(err)
	}
	v, err := a.object()
	if err != nil {
		return fail(err)
	}
	uri, ok := v.Get("request_uri").Text()
	if !ok || !isPrintable(uri) || len(uri) > 2048 {
		return fail(errors.New("request_uri is missing or cannot be one"))
	}
	return url.Values{"client_id": {c.config.ClientID}, "request_uri": {uri}}, nil
}

// Revoke revokes a refresh token (RFC 7009), if the provider supports it.
func (c *Client) Revoke(ctx context.Context, m *Metadata, refresh string) error {
	if m.revocation == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	_, err := c.post(ctx, m.revocation, url.Values{"token": {refresh}, "token_type_hint": {"refresh_token"}}, 200)
	if err != nil {
		return fmt.Errorf("the revocation endpoint: %w", err)
	}
	return nil
}

// isPrintable reports whether a text consists of one or more printable ASCII characters.
func isPrintable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
