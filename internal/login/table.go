package login

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// InTable stores sessions in the table of [Config.Table]. The function open returns a client of the table. A login with
// a table also serves the routes that list and end sessions.
//
// It is a function and not a field of the configuration, so that a function without a table does not link the code for
// one.
func InTable(open func(getenv func(string) string, table string) (tablesession.Table, error)) Sessions {
	return func(h *Handler, getenv func(string) string, o session.Options) error {
		table, err := open(getenv, h.config.Table)
		if err != nil {
			return err
		}
		store, err := tablesession.New(tablesession.Options{
			Cookie:      o.Cookie,
			Host:        o.Host,
			IdleTimeout: o.IdleTimeout,
			MaxAge:      o.MaxAge,
			Keys:        o.Keys,
			Table:       table,
			Now:         o.Now,
			Random:      o.Random,
		})
		if err != nil {
			return err
		}
		t := &inTable{h: h, store: store, issuer: h.config.Issuer.URL}
		h.sessions, h.attempts = t, store.Attempts()
		h.routes["GET "+h.config.Path+"/sessions"] = route{"sessions", t.list}
		h.routes["POST "+h.config.Path+"/logout-all"] = route{"logout-all", t.logoutAll}
		h.routes["POST "+h.config.Path+"/backchannel-logout"] = route{"backchannel-logout", t.backChannelLogout}
		if h.config.Admins {
			h.subjects = map[string]route{
				"GET sessions": {"subject-sessions", t.listSubject},
				"POST logout":  {"subject-logout", t.logoutSubject},
			}
		}
		return nil
	}
}

// inTable stores sessions in a table, and serves the routes that need one.
type inTable struct {
	h      *Handler
	store  *tablesession.Store
	issuer string
}

func (t *inTable) create(ctx context.Context, s *session.Session, sid string) ([]string, error) {
	return t.store.Create(ctx, s, t.issuer, sid)
}

func (t *inTable) open(ctx context.Context, cookieHeaders ...string) (held, error) {
	o, err := t.store.Open(ctx, cookieHeaders...)
	if err != nil {
		return nil, err
	}
	return &row{t.store, o}, nil
}

func (t *inTable) ends(s *session.Session) (idle, longest time.Time) { return t.store.Ends(s) }
func (t *inTable) clear() []string                                   { return t.store.Clear() }
func (t *inTable) down() string                                      { return "table" }

// row is a session in the table.
type row struct {
	store *tablesession.Store
	o     *tablesession.Opened
}

func (r *row) session() *session.Session { return r.o.Session }

func (r *row) extend(ctx context.Context) ([]string, error) { return nil, r.store.Touch(ctx, r.o) }

func (r *row) renew(ctx context.Context, ask func(context.Context, *session.Session) error) ([]string, error) {
	renewed, err := r.store.Renew(ctx, r.o, func(ctx context.Context, s *session.Session) error {
		err := ask(ctx, s)
		if errors.Is(err, oidcclient.ErrRefused) {
			err = errors.Join(tablesession.ErrRefused, err)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	r.o = renewed
	return nil, nil
}

func (r *row) end(ctx context.Context) error { return r.store.End(ctx, r.o) }
