package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Sessions is where a [Login] stores sessions: in cookies ([CookieSessions]) or in a table ([TableSessions]).
type Sessions interface{ isSessions() }

// CookieSessions keeps a session in the browser only, in one or two encrypted cookies (AES-256-GCM). The encryption
// binds a cookie to its name and to the host of Login.Origin; HKDF derives a separate key for it. A login fails if its
// session does not fit, for example because the access token is very long.
//
// A session ends when its refresh token is refused, after IdleTimeout, after MaxAge, and at logout. A logout only
// removes the cookie from its browser: a copy of the cookie works until the access token in it expires. A policy in API
// Gateway's cache stays valid for up to SessionAuthorizer.CacheTTL after the session ends.
type CookieSessions struct {
	// Cookie is the name of the cookie: up to 64 characters, beginning with "__Host-" or "__Host-Http-" so that browsers
	// accept it from this host only. Two logins on one host need different names. Two APIs behind one domain may share a
	// name if their logins have the same Keys and client. Default: "__Host-session".
	Cookie string

	// IdleTimeout ends a session that has not been refreshed for this long. MaxAge ends every session. Both are whole
	// seconds, from a minute to 30 days, and MaxAge is at least IdleTimeout. Defaults: 1 hour and 12 hours.
	IdleTimeout, MaxAge time.Duration

	// Keys is the secret from which the cookie keys are derived: a string of at least 32 random bytes. The functions are
	// granted access to it. Rotation logs no one out, because the previous version stays valid:
	//
	//	aws secretsmanager put-secret-value --secret-id ARN --secret-string "$(openssl rand -base64 48)"
	//
	// Two rotations end the sessions that were not renewed between them. Default: the stack creates a secret of 64
	// characters.
	Keys awssecretsmanager.ISecret
}

var _ Sessions = CookieSessions{}

func (CookieSessions) isSessions() {}

// TableSessions stores sessions in an Amazon DynamoDB table. The browser's cookie holds a random handle; the table
// holds the handle's digest and the session's tokens, encrypted as in [CookieSessions]. A session ends at a logout, at
// the provider's back-channel logout, and when all sessions of a subject are ended. It ends at once for every request
// that API Gateway does not answer from its cache. The authorizer renews tokens itself, so pages have nothing to
// refresh. A session need not fit into cookies: each of its tokens may have 8,192 bytes.
//
//	login := &secureapi.Login{
//		...
//		Sessions: secureapi.TableSessions{Admins: []secureapi.Access{secureapi.AnyGroup("admins")}},
//	}
//
// The login's function answers these routes in addition:
//
//	POST /auth/backchannel-logout           ends the sessions that the provider's logout token names
//	GET  /auth/sessions                     lists the caller's own sessions as JSON
//	POST /auth/logout-all                   ends all of the caller's sessions
//	GET  /auth/subjects/{subject}/sessions  lists a subject's sessions, for Admins
//	POST /auth/subjects/{subject}/logout    ends all of a subject's sessions, for Admins
//
// Register Origin + BasePath + Path + "/backchannel-logout" as the client's backchannel_logout_uri. Amazon Cognito
// sends no back-channel logouts. A cached answer outlives a session by up to [SessionAuthorizer.CacheTTL]; with
// [NoCache] every request reads the table. Each decision makes one consistent read.
//
// Source: https://openid.net/specs/openid-connect-backchannel-1_0.html
type TableSessions struct {
	// Cookie is the name of the cookie; see [CookieSessions.Cookie]. Default: "__Host-session".
	Cookie string

	// IdleTimeout ends a session that has not been used for this long. MaxAge ends every session; see
	// [CookieSessions.IdleTimeout]. Use is recorded only from time to time, so a session can end a little before its
	// IdleTimeout. Defaults: 1 hour and 12 hours.
	IdleTimeout, MaxAge time.Duration

	// Keys is the secret that encrypts sessions; see [CookieSessions.Keys]. Two rotations end the sessions whose tokens
	// were not renewed between them. Default: a secret that the stack creates.
	Keys awssecretsmanager.ISecret

	// Table is the table of the sessions, with the keys "pk" and "sk" of type String and "ttl" as its TTL attribute. Each
	// login needs its own table, unless the logins of two APIs behind one domain share a session. Default: the stack
	// creates a table that is billed per request, has point-in-time recovery, and is kept when the stack is deleted.
	Table awsdynamodb.ITable

	// Admins restricts who may list and end other users' sessions. It takes the same values as [Handle], including
	// [GuardedBy] for another guard than the API's own. The {subject} in the path is the sub of an ID token, which can
	// differ from that of an access token. Default: none; the routes do not exist.
	Admins []Access
}

var _ Sessions = TableSessions{}

func (TableSessions) isSessions() {}

// keptSessions are a login's sessions of either kind.
type keptSessions struct {
	cookie              string
	idleTimeout, maxAge time.Duration
	keys                awssecretsmanager.ISecret
	inTable             *TableSessions         // nil if sessions are in cookies
	table               awsdynamodb.ITable     // the given or created table
	renewal             *settings.SessionTable // how guards renew them; nil if sessions are in cookies
}

// plan describes the table in plain values. It returns nil for nil.
func (t *TableSessions) plan() *login.Table {
	if t == nil {
		return nil
	}
	if t.Table == nil {
		return &login.Table{}
	}
	return &login.Table{Of: t.Table, Name: *t.Table.Node().Path(), Keys: keysOf(t.Table)}
}

// admins describes in plain values who may end the sessions of others. It returns nil for nil.
func (t *TableSessions) admins() (out []plan.Access) {
	if t == nil {
		return nil
	}
	for _, a := range t.Admins {
		out = append(out, planned(a))
	}
	return out
}

// renew sets the table and the client with which guards renew its sessions. The client is the login's.
func (k *keptSessions) renew(c settings.Login) {
	if k.table == nil {
		return
	}
	k.renewal = &settings.SessionTable{
		Name:         *k.table.TableName(),
		DiscoveryURL: c.DiscoveryURL,
		ClientID:     c.ClientID,
		ClientAuth:   c.ClientAuth,
		SecretARN:    c.SecretARN,
		SecretField:  c.SecretField,
		Algorithm:    c.Algorithm,
		KeyID:        c.KeyID,
		Audience:     c.Audience,
		UserPoolID:   c.UserPoolID,
		Claims:       c.Claims,
	}
}

// grantTable grants a function these actions on the table of its sessions, and no others.
func (k keptSessions) grantTable(grantee awsiam.IGrantable, actions []string) {
	if k.table == nil {
		return
	}
	k.table.Grant(grantee, *jsii.Strings(actions...)...)
	if key := k.table.EncryptionKey(); key != nil { // a customer managed key, which DynamoDB uses on behalf of the caller
		key.GrantEncryptDecrypt(grantee)
	}
}
