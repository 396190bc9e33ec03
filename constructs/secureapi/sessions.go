package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Sessions is where a [Login] keeps sessions: in cookies ([CookieSessions]) or in a table ([TableSessions]).
type Sessions interface{ isSessions() }

// CookieSessions keeps a session in the browser alone, in one cookie or two, encrypted and bound to its name and to the
// host of [Login.Origin]: AES-256-GCM with a key of its own, derived by HKDF. A session that does not fit, as with a
// very long access token, is refused at the login.
//
// A session ends when its refresh token is refused, at IdleTimeout, at MaxAge, and at logout. A logout takes the cookie
// from its browser alone: a copy of the cookie works until the access token in it expires. An answer in API Gateway's
// cache outlives each of these ends by up to [SessionAuthorizer.CacheTTL].
type CookieSessions struct {
	// Cookie is the name of the cookie: up to 64 characters that begin with "__Host-" or "__Host-Http-", so that browsers
	// take it from this host alone. Two logins of one host need different ones; those of two APIs behind one domain may
	// share one if they have the same Keys and client. Default: "__Host-session".
	Cookie string

	// IdleTimeout ends a session that was not refreshed for so long, and MaxAge ends each session: whole seconds, from a
	// minute up to 30 days, MaxAge no shorter than IdleTimeout. Defaults: 1 hour and 12 hours.
	IdleTimeout, MaxAge time.Duration

	// Keys is the secret that the cookies' keys are derived from, a string of at least 32 random bytes. The functions get
	// the grant to read it. Rotation logs no one out, as the version before counts as well:
	//
	//	aws secretsmanager put-secret-value --secret-id ARN --secret-string "$(openssl rand -base64 48)"
	//
	// Rotated twice, it ends the sessions that were not renewed in between. Default: a secret that the stack makes, with
	// 64 characters.
	Keys awssecretsmanager.ISecret
}

var _ Sessions = CookieSessions{}

func (CookieSessions) isSessions() {}

// TableSessions keeps sessions in a table of Amazon DynamoDB: the browser's cookie holds a random handle, and the table
// its digest, with the session's tokens encrypted as [CookieSessions] encrypts them. A session ends at once for each
// request that is not answered from API Gateway's cache: at a logout, at the provider's back-channel logout, and when
// all sessions of a subject are ended. The authorizer renews tokens itself, so that pages have nothing to refresh, and
// a session may be of any size up to that of an item, 400 KB.
//
//	login := &secureapi.Login{
//		...
//		Sessions: secureapi.TableSessions{Admins: []secureapi.Access{secureapi.AnyGroup("admins")}},
//	}
//
// The login's function answers these routes besides:
//
//	POST /auth/backchannel-logout           ends the sessions that the provider's logout token names
//	GET  /auth/sessions                     lists the caller's own sessions as JSON
//	POST /auth/logout-all                   ends all of the caller's sessions
//	GET  /auth/subjects/{subject}/sessions  lists a subject's sessions, for Admins
//	POST /auth/subjects/{subject}/logout    ends all of a subject's sessions, for Admins
//
// Register Origin + BasePath + Path + "/backchannel-logout" as the client's backchannel_logout_uri. Amazon Cognito
// sends no back-channel logouts. [SessionAuthorizer.CacheTTL] says for how long an answer that API Gateway keeps
// outlives a session; [NoCache] makes each request ask the table. Each request that is decided reads the table once,
// consistently.
// Source: https://openid.net/specs/openid-connect-backchannel-1_0.html
type TableSessions struct {
	// Cookie is the name of the cookie; see [CookieSessions.Cookie]. Default: "__Host-session".
	Cookie string

	// IdleTimeout ends a session that was not used for so long, and MaxAge ends each session; see
	// [CookieSessions.IdleTimeout]. Use is noted once in a while, so that a session can end a little before its
	// IdleTimeout. Defaults: 1 hour and 12 hours.
	IdleTimeout, MaxAge time.Duration

	// Keys is the secret that sessions are encrypted with; see [CookieSessions.Keys]. Rotated twice, it ends the sessions
	// whose tokens were not renewed in between. Default: a secret that the stack makes.
	Keys awssecretsmanager.ISecret

	// Table is the table of the sessions, with the keys "pk" and "sk" of type String and "ttl" as its TTL attribute. Each
	// login needs one of its own, but for logins of two APIs behind one domain that share a session. Default: a table
	// that the stack makes, which is billed by request, has point-in-time recovery, and outlives the stack.
	Table awsdynamodb.ITable

	// Admins restricts who may list and end the sessions of others: what a [Route] of [Handle] takes, with [GuardedBy] for
	// another guard than the API's own. The {subject} of their routes is the sub of an ID token; that of an access token
	// may be another one. Default: there are no such routes.
	Admins []Access
}

var _ Sessions = TableSessions{}

func (TableSessions) isSessions() {}

// keptSessions are a login's sessions of either kind.
type keptSessions struct {
	cookie              string
	idleTimeout, maxAge time.Duration
	keys                awssecretsmanager.ISecret
	inTable             *TableSessions         // nil for cookies
	table               awsdynamodb.ITable     // that is given or made
	renewal             *settings.SessionTable // how guards open them; nil for cookies
}

// plan describes the table in plain values; nil for none.
func (t *TableSessions) plan() *plan.SessionTable {
	if t == nil {
		return nil
	}
	out := &plan.SessionTable{}
	for _, a := range t.Admins {
		out.Admins = append(out.Admins, planned(a))
	}
	if t.Table == nil {
		return out
	}
	out.Of, out.Name = t.Table, *t.Table.Node().Path()
	out.Keys = keysOf(t.Table)
	return out
}

// renew notes the table and the client as which guards renew its sessions: that of the login.
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

// grantTable lets a function do these things with the table of its sessions, and no more.
func (k keptSessions) grantTable(grantee awsiam.IGrantable, actions []string) {
	if k.table == nil {
		return
	}
	k.table.Grant(grantee, *jsii.Strings(actions...)...)
	if key := k.table.EncryptionKey(); key != nil { // a customer's own, which DynamoDB uses in the caller's name
		key.GrantEncryptDecrypt(grantee)
	}
}
