package login

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// ErrConfig reports an invalid configuration, with which the function does not start.
var ErrConfig = errors.New("login: configuration")

// reservedParameters are the parameters of the authorization request that the login sets itself, or whose value would
// change how the provider answers: RFC 6749, 7636, 8707, 9101, 9126 and OpenID Connect Core 1.0, section 3.1.2.1.
var reservedParameters = []string{
	"client_id", "client_secret", "client_assertion", "client_assertion_type", "code_challenge", "code_challenge_method",
	"nonce", "redirect_uri", "request", "request_uri", "response_mode", "response_type", "scope", "state",
}

// Check returns everything that is wrong with the configuration, each as an [ErrConfig]. The parameter loopbackHTTP
// permits http instead of https on the loopback interface, for development and tests. Strings with a CDK token cannot
// be checked. The function checks them when it starts.
func (c Config) Check(loopbackHTTP bool) error {
	var wrong []error
	fail := func(format string, a ...any) {
		wrong = append(wrong, fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, a...)))
	}
	c.checkProvider(loopbackHTTP, fail)
	c.checkClient(fail)
	c.checkAddress(loopbackHTTP, fail)
	c.checkSession(fail)
	return errors.Join(wrong...)
}

func (c Config) checkProvider(loopbackHTTP bool, fail func(string, ...any)) {
	if c.DiscoveryURL != "" {
		if err := jwt.CheckURL(c.DiscoveryURL, loopbackHTTP); err != nil {
			fail("discoveryUrl %q %w", c.DiscoveryURL, err)
		}
	} else if err := jwt.CheckURL(c.Issuer.URL, loopbackHTTP); err != nil {
		fail("the issuer's URL %q %w", c.Issuer.URL, err)
	} else if strings.ContainsAny(c.Issuer.URL, "?#") {
		fail("the issuer's URL %q has a query or a fragment: want an issuer with a discovery document", c.Issuer.URL)
	}
	if !slices.Contains(c.Scopes, "openid") {
		fail(`scopes %q lack "openid": without it the provider returns no ID token (OpenID Connect Core 1.0, section `+
			`3.1.2.1)`, c.Scopes)
	}
	for i, s := range c.Scopes {
		if !isScope(s) {
			fail("scope %q: want printable ASCII without spaces, quotes and backslashes (RFC 6749, section 3.3)", s)
		} else if slices.Contains(c.Scopes[:i], s) {
			fail("scope %q is listed twice", s)
		}
	}
	for name, value := range c.Parameters {
		switch {
		case name == "" || slices.Contains(reservedParameters, name):
			fail("parameter %q is set by the login itself: leave it out", name)
		case name == "max_age" && value == "":
			fail("parameter %q is empty: want a number of seconds", name)
		}
	}
}

func (c Config) checkClient(fail func(string, ...any)) {
	if !isPrintable(c.ClientID) {
		fail("clientId %q: want the id of the client in printable ASCII (RFC 6749, appendix A.1)", c.ClientID)
	}
	switch clientauth.Method(c.ClientAuth) {
	case "", clientauth.Basic, clientauth.Post:
		if c.Algorithm != "" || c.KeyID != "" || c.Audience != "" {
			fail("algorithm, keyId and audience are for %s: leave them out", clientauth.PrivateKey)
		}
	case clientauth.PrivateKey:
		if known := clientauth.Algorithms(); !slices.Contains(known, c.Algorithm) {
			fail("algorithm %q is not one of %s", c.Algorithm, strings.Join(known, ", "))
		}
		if c.KeyID != "" && !isPrintable(c.KeyID) || c.Audience != "" && !isPrintable(c.Audience) {
			fail("keyId %q and audience %q: want printable ASCII", c.KeyID, c.Audience)
		}
		if c.UserPoolID != "" {
			fail("userPoolId %q with %s: Amazon Cognito's clients have a secret: leave clientAuth out", c.UserPoolID,
				clientauth.PrivateKey)
		}
	default:
		fail("clientAuth %q is not one of %s, %s, %s", c.ClientAuth, clientauth.Basic, clientauth.Post,
			clientauth.PrivateKey)
	}
	switch {
	case c.UserPoolID != "":
		if !oidcclient.IsUserPoolID(c.UserPoolID) {
			fail(`userPoolId %q is not a user pool's id: want "REGION_NAME"`, c.UserPoolID)
		}
		if c.SecretARN != "" || c.SecretField != "" {
			fail("secretArn %q with userPoolId %q: the client's secret is read from the user pool: leave secretArn out",
				c.SecretARN, c.UserPoolID)
		}
	case !secretsmanager.IsARN(c.SecretARN):
		fail("secretArn %q is not the ARN of a secret: the client needs a secret or a private key to get tokens", c.SecretARN)
	}
}

func (c Config) checkAddress(loopbackHTTP bool, fail func(string, ...any)) {
	for i, origin := range append([]string{c.Origin}, c.AllowOrigins...) {
		name := "origin"
		if i > 0 {
			name = "allowOrigins:"
		}
		if err := checkOrigin(origin, loopbackHTTP); err != nil {
			fail("%s %w", name, err)
		}
	}
	if c.BasePath != "/" {
		if err := checkPath(c.BasePath); err != nil {
			fail("basePath %w", err)
		}
	}
	if err := checkPath(c.Path); err != nil {
		fail("path %w", err)
	}
	if c.AfterLogout != "" && c.AfterLogout != "/" {
		if err := checkPath(c.AfterLogout); err != nil {
			fail("afterLogout %w", err)
		}
	}
}

func (c Config) checkSession(fail func(string, ...any)) {
	if name, ok := strings.CutPrefix(c.Cookie, "__Host-"); c.Cookie != "" && (!ok || !httpname.IsToken(name)) {
		fail(`cookie %q: want a name that begins with "__Host-", which browsers take from this host alone (RFC 6265bis, `+
			`section 4.1.3.2)`, c.Cookie)
	}
	if strings.HasPrefix(c.Cookie, "__Host-login-") {
		fail(`cookie %q: names that begin with "__Host-login-" are those of logins under way`, c.Cookie)
	}
	if !secretsmanager.IsARN(c.KeysARN) {
		fail("keysArn %q is not the ARN of a secret: the session's cookie is sealed with one of AWS Secrets Manager",
			c.KeysARN)
	}
	for name, d := range map[string]time.Duration{"idleTimeoutSeconds": c.IdleTimeout, "maxAgeSeconds": c.MaxAge} {
		if d%time.Second != 0 {
			fail("%s %v: want whole seconds", name, d)
		}
	}
	idle, longest := cmp.Or(c.IdleTimeout, DefaultIdleTimeout), cmp.Or(c.MaxAge, DefaultMaxAge)
	if idle < time.Minute || longest < idle {
		fail("idleTimeoutSeconds is %v and maxAgeSeconds %v: want at least a minute, and maxAgeSeconds not below it", idle,
			longest)
	}
	if c.Admins && c.Table == "" {
		fail("admins without table: sessions in cookies cannot be listed or ended by others")
	}
	if slices.Contains(c.Claims, "") {
		fail("a claim has no name: leave it out")
	}
}

// checkOrigin refuses an origin that is not https, and "*".
func checkOrigin(origin string, loopbackHTTP bool) error {
	if origin == "*" {
		return errors.New(`"*": list each origin, since the session's cookie comes with the request`)
	}
	if err := httpname.CheckOrigin(origin); err != nil {
		return err
	}
	if err := jwt.CheckURL(origin, loopbackHTTP); err != nil {
		return fmt.Errorf("%q: want an https origin: browsers send cookies named __Host- over https alone", origin)
	}
	return nil
}

// checkPath refuses a text that is not a path of literal segments without a slash at the end. It accepts "".
func checkPath(path string) error {
	if path == "" {
		return nil
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path[0] != '/' || segment == "" || segment == "." || segment == ".." || url.PathEscape(segment) != segment {
			return fmt.Errorf(`%q: want a path such as "/auth", of segments that need no escape`, path)
		}
	}
	return nil
}

// isPrintable reports whether a text consists of one or more printable ASCII characters.
func isPrintable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// isScope reports whether a text is a scope-token of RFC 6749, section 3.3.
func isScope(s string) bool {
	return isPrintable(s) && !strings.ContainsAny(s, ` "\`)
}
