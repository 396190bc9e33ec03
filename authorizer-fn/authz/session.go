package authz

import (
	"context"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// SessionTag is the build tag of authorizer functions that open session cookies. A function that is built with the tag
// lambda.norpc but without this tag is smaller, and refuses a configuration with a [Session] when it starts. The
// secureapi construct sets it if needed.
const SessionTag = "gatehouse_session"

// Session configures how the authorizer takes a token from a session cookie that the included login has encrypted. Each
// request must have exactly one Sec-Fetch-Site header, which browsers send and scripts cannot change. Otherwise the
// answer is 401.
//
// For same-origin requests, the policy covers the caller's rights in the whole API. For any other site it denies POST,
// PUT, PATCH and DELETE. With Config.PerRequest, those verbs are also allowed for same-site requests with one Origin of
// AllowOrigins, and the cookies may arrive in several headers. API Gateway must then not cache the answers, not even by
// verb and path: its cache key would contain neither the Origin nor all of the cookies.
type Session struct {
	// Cookie is the name of the session cookie, which begins with "__Host-". Default: "__Host-session".
	Cookie string

	// Host is the host of the login's origin, with its port if it has one: "shop.example.com". Cookies that were encrypted
	// for another host are not accepted. Required.
	Host string

	// KeysARN is the ARN of the AWS Secrets Manager secret that encrypts cookies. Required.
	KeysARN string

	// IdleTimeout ends a session this long after it was last renewed, and MaxAge this long after the login, in whole
	// seconds. Defaults: 1 hour and 12 hours.
	IdleTimeout, MaxAge time.Duration

	// AllowOrigins are the origins of pages on sibling hosts that may use unsafe verbs. It requires [Config.PerRequest]
	// and an authorizer whose answers API Gateway does not cache, because the cache key does not contain the Origin.
	// Default: none.
	AllowOrigins []string

	// Table says that the cookie is a handle of a session in a table, whose token the authorizer renews. Default: the
	// cookie contains the session.
	Table *SessionTable
}

// TableTag is the build tag, in addition to [SessionTag], of authorizer functions whose sessions are in a table. It
// links a client for Amazon DynamoDB. A function that is built with the tag lambda.norpc but without this tag refuses a
// configuration with a [SessionTable] when it starts. The secureapi construct sets it if needed.
const TableTag = "gatehouse_table"

// SessionTable is the table with the sessions of the included login, and the client that renews their tokens. The
// authorizer renews a token that has expired or will expire within 10 seconds before it decides, once for all requests
// of the session. The configuration must have one issuer, that of the login.
type SessionTable struct {
	// Name is the name of the DynamoDB table. Required.
	Name string

	// DiscoveryURL is the URL of the issuer's metadata. Default: the issuer's URL + "/.well-known/openid-configuration".
	DiscoveryURL string

	// ClientID is the ID of the login's client. Required.
	ClientID string

	// ClientAuth is how the client authenticates: "client_secret_basic", "client_secret_post" or "private_key_jwt".
	// Default: "client_secret_basic".
	ClientAuth string

	// SecretARN is the ARN of the AWS Secrets Manager secret that holds the client's secret or private key: the whole
	// secret string, or, with SecretField, one field of its JSON. Required without UserPoolID.
	SecretARN, SecretField string

	// Algorithm, KeyID and Audience are those of the client's assertions for "private_key_jwt", as in [Introspection].
	Algorithm, KeyID, Audience string

	// UserPoolID is the Amazon Cognito user pool from which to read the client's secret, instead of SecretARN. Default:
	// none.
	UserPoolID string

	// Claims are the paths of the ID token's claims that a session stores. Default: it stores the access token.
	Claims []string
}

// Defaults of a [Session].
const (
	DefaultSessionCookie      = "__Host-session"
	DefaultSessionIdleTimeout = time.Hour
	DefaultSessionMaxAge      = 12 * time.Hour
)

// sessions are the functions for [SessionTag]. They are nil in a function that is built without it. Such a function
// does not start with a configuration that has a [Session]. They are variables and not an interface, so that such a
// function does not link the types that they use.
var sessions struct {
	read func(s *Session, v strictjson.Value) error

	// open prepares an authorizer to open sessions, if it is to, and checks what depends on that.
	open func(a *Authorizer, vault secretsmanager.Client, loopbackHTTP bool) error

	start, ready func(ctx context.Context, a *Authorizer)

	// enter returns whose session a request has. It always returns a visit.
	enter func(ctx context.Context, a *Authorizer, e event, verb string) (entry, *visit, error)
}

// readSession reads a configuration's session.
func (c *Config) readSession(v strictjson.Value) error {
	if !keepsSessions || sessions.read == nil {
		return withoutTag("the token is in a session's cookie", SessionTag)
	}
	c.Session = &Session{}
	return sessions.read(c.Session, v)
}

// entry tells whose session a request has.
type entry struct {
	caller      claims
	accessToken string // "" in a session without one
}

// visit is what a decision knows about a request to an authorizer with sessions.
type visit struct {
	reason    string // why there is no session, for the log; "" if the error tells
	took      time.Duration
	crossSite bool                                                  // whether the request may not use its verb
	restrict  func(answer []byte, policy int, prefix string) []byte // the policy for its site; nil if it does not change
	ends      time.Time                                             // when the session ends
}

func (s *Session) written() *settings.Session {
	if s == nil {
		return nil
	}
	return &settings.Session{
		Cookie:       s.Cookie,
		Host:         s.Host,
		KeysARN:      s.KeysARN,
		IdleTimeout:  settings.Seconds(s.IdleTimeout),
		MaxAge:       settings.Seconds(s.MaxAge),
		AllowOrigins: s.AllowOrigins,
		Table:        (*settings.SessionTable)(s.Table),
	}
}

// sessionLeeway is the minimum leeway for the issuer's clock in a function that takes sessions. The login gets a token
// when it is issued, and the following page uses it at once. Without leeway, a fraction of a second would reject it.
const sessionLeeway = time.Minute

func (c Config) leeway(i Issuer) time.Duration {
	if c.Session == nil {
		return i.Leeway
	}
	return max(i.Leeway, sessionLeeway)
}
