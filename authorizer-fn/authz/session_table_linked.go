//go:build !lambda.norpc || gatehouse_table

package authz

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
)

func init() { tables.read, tables.open = (*SessionTable).read, newTableStore }

func (t *SessionTable) read(v strictjson.Value) error {
	return settings.Fields{
		"name": &t.Name, "discoveryUrl": &t.DiscoveryURL, "clientId": &t.ClientID, "clientAuth": &t.ClientAuth,
		"secretArn": &t.SecretARN, "secretField": &t.SecretField, "algorithm": &t.Algorithm, "keyId": &t.KeyID,
		"audience": &t.Audience, "userPoolId": &t.UserPoolID, "claims": &t.Claims,
	}.Read(v)
}

func (t *SessionTable) check(issuers int) error {
	var wrong []error
	fail := func(format string, a ...any) { wrong = append(wrong, fmt.Errorf("session.table: "+format, a...)) }
	switch {
	case t.Name == "":
		fail("name is empty: want the name of the DynamoDB table")
	case t.ClientID == "":
		fail("clientId is empty: want the id of the client that users log in to")
	case t.UserPoolID == "" && !secretsmanager.IsARN(t.SecretARN):
		fail("secretArn %q is not the ARN of a secret: want that of the client's secret, or userPoolId", t.SecretARN)
	case t.UserPoolID != "" && t.SecretARN != "":
		fail("both userPoolId and secretArn are set: the client's secret is in one of them")
	}
	if issuers != 1 {
		fail("there are %d issuers, and the tokens of these sessions are renewed at one: leave the others out", issuers)
	}
	return errors.Join(wrong...)
}

// renewAhead is how long before it expires a token is renewed, so that the function behind the guard has time to use
// it.
const renewAhead = 10 * time.Second

// tableStore opens sessions in a table, and renews their tokens.
type tableStore struct {
	*tablesession.Store
	client *oidcclient.Client
	now    func() time.Time
}

// newTableStore implements tables.open.
func newTableStore(
	a *Authorizer, o session.Options, vault secretsmanager.Client, loopbackHTTP bool,
) (store, error) {
	t := a.config.Session.Table
	if err := t.check(len(a.config.Issuers)); err != nil {
		return nil, err
	}
	if driver.Open == nil {
		return nil, errNoTables()
	}
	table, err := driver.Open(vault.Getenv, t.Name)
	if err != nil {
		return nil, err
	}
	s := &tableStore{now: a.now}
	s.Store, err = tablesession.New(tablesession.Options{
		Cookie: o.Cookie, Host: o.Host, IdleTimeout: o.IdleTimeout, MaxAge: o.MaxAge, Keys: o.Keys, Now: o.Now, Table: table,
	})
	if err != nil {
		return nil, err
	}
	if vault.Transport == nil {
		vault.Transport = oidcclient.NewTransport()
	}
	issuer := a.config.Issuers[0]
	s.client, err = oidcclient.New(oidcclient.Config{
		Issuer:       a.config.jwtIssuer(issuer, loopbackHTTP),
		Opaque:       issuer.Introspection != nil && !issuer.Introspection.VerifyJWTs,
		DiscoveryURL: t.DiscoveryURL,
		ClientID:     t.ClientID,
		ClientAuth:   t.ClientAuth,
		SecretARN:    t.SecretARN,
		SecretField:  t.SecretField,
		Algorithm:    t.Algorithm,
		KeyID:        t.KeyID,
		Audience:     t.Audience,
		UserPoolID:   t.UserPoolID,
		Claims:       t.Claims,
	}, vault, rand.Reader)
	return s, err
}

// Open returns the session of a request, if possible with a token that is valid for some more seconds.
func (s *tableStore) Open(ctx context.Context, cookieHeaders ...string) (*session.Session, error) {
	o, err := s.Store.Open(ctx, cookieHeaders...)
	if err != nil {
		return nil, err
	}
	if s.isOld(o.Session) {
		renewed, err := s.Store.Renew(ctx, o, s.renew)
		switch {
		case err == nil:
			o = renewed
		case errors.Is(err, session.ErrEnded), errors.Is(err, session.ErrForged):
			return nil, err
		case !s.now().Before(o.Expires):
			return nil, fmt.Errorf("%w: %w", errNotRenewed, err)
		}
		// A token that is still valid can be used without renewing it for the moment.
	}
	// If its activity cannot be recorded, the session continues, unless it has ended in the meantime.
	if err := s.Touch(ctx, o); errors.Is(err, session.ErrEnded) {
		return nil, err
	}
	return o.Session, nil
}

// isOld reports whether a token must be renewed. A new token that is valid for only some seconds is used until it
// expires.
func (s *tableStore) isOld(x *session.Session) bool {
	left, since := x.Expires.Sub(s.now()), s.now().Sub(x.Got)
	return x.Refresh != "" && (left <= 0 || left <= renewAhead && (since < 0 || since >= renewAhead))
}

// renew asks the provider for newer tokens.
func (s *tableStore) renew(ctx context.Context, x *session.Session) error {
	err := s.client.Renew(ctx, x)
	if errors.Is(err, oidcclient.ErrRefused) {
		return fmt.Errorf("%w: %w", tablesession.ErrRefused, err)
	}
	return err
}
