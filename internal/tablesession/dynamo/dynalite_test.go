package dynamo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/tabletest"
)

// newTable makes a table as a stack does, from the constants of package tablesession.
func newTable(t *testing.T, endpoint, name string) *Table {
	t.Helper()
	env := dynamotest.Environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint})
	c, err := dynamoclient.FromEnvironment(env, name)
	if err != nil {
		t.Fatal(err)
	}
	c.Timeout = time.Minute // of a busy machine
	table := New(c)
	dynamotest.CreateTable(t, table.client, name, tablesession.PartitionKey, tablesession.SortKey)
	return table
}

func TestDynalite(t *testing.T) {
	endpoint, tables := nodepeer.Dynalite(t), 0
	table := func(t *testing.T) *Table {
		tables++
		return newTable(t, endpoint, fmt.Sprintf("sessions-%d", tables))
	}
	tabletest.Run(t, func(t *testing.T) tablesession.Table { return table(t) })
	t.Run("a session in two environments", func(t *testing.T) {
		one := table(t)
		other := *one
		flow(t, newStore(t, one), newStore(t, &other), func(string) {})
	})
	t.Run("clocks that differ", func(t *testing.T) {
		one := table(t)
		flow(t, newStore(t, one), newStore(t, one, func(o *tablesession.Options) {
			o.Now = func() time.Time { return time.Now().Add(-30 * time.Second) }
		}), func(string) {})
	})
	t.Run("lost calls", func(t *testing.T) {
		for _, after := range []bool{false, true} {
			one := table(t)
			n := 0
			one.client = dynamodb.New(one.client.Options(), func(o *dynamodb.Options) {
				o.Retryer = dynamotest.RetryWithoutDelay()
				o.HTTPClient = transport(func(r *http.Request) (*http.Response, error) {
					n++
					if n%2 == 0 && !after {
						return nil, io.ErrUnexpectedEOF
					}
					resp, err := http.DefaultClient.Do(r)
					if n%2 == 0 && err == nil {
						_ = resp.Body.Close()
						return nil, io.ErrUnexpectedEOF
					}
					return resp, err
				})
			})
			s := newStore(t, one)
			flow(t, s, s, func(string) {})
		}
	})
	t.Run("a late read", func(t *testing.T) { lateRead(t, table(t)) })
	t.Run("renewals at once", func(t *testing.T) {
		one := table(t)
		stores := []*tablesession.Store{newStore(t, one), newStore(t, one)}
		header := begun(t, stores[0], "sid-1")
		var asked atomic.Int32
		opened := make([]*tablesession.Opened, 8)
		for i := range opened {
			var err error
			if opened[i], err = stores[i%2].Open(t.Context(), header); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for i := range opened {
			wg.Go(func() {
				o, err := stores[i%2].Renew(t.Context(), opened[i], func(_ context.Context, x *session.Session) error {
					x.Token = fmt.Sprintf("token-%d", 1+asked.Add(1))
					return nil
				})
				if err != nil || o.Token != "token-2" {
					t.Errorf("got %+v, %v", o, err)
				}
			})
		}
		wg.Wait()
		if asked.Load() != 1 {
			t.Errorf("asked %d times, want once", asked.Load())
		}
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) Do(r *http.Request) (*http.Response, error) { return f(r) }

// begun is the Cookie header of a session that has begun.
func begun(t *testing.T, s *tablesession.Store, sid string) string {
	t.Helper()
	set, err := s.Create(t.Context(), newSession(), issuer, sid)
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(set[0], ";")
	return header
}

// lateRead ends the session in another environment while each answer of a renewal is on its way.
func lateRead(t *testing.T, one *Table) {
	other := newStore(t, one)
	for late := 1; ; late++ {
		n, header, sid, slow := 0, "", fmt.Sprintf("sid-%d", late), *one
		slow.client = dynamodb.New(one.client.Options(), func(o *dynamodb.Options) {
			o.HTTPClient = transport(func(r *http.Request) (*http.Response, error) {
				resp, err := http.DefaultClient.Do(r)
				if n++; n == late {
					if _, err := other.EndSID(t.Context(), issuer, sid); err != nil {
						t.Error(err)
					}
				}
				return resp, err
			})
		})
		s := newStore(t, one)
		header = begun(t, s, sid)
		o, err := s.Open(t.Context(), header)
		if err != nil {
			t.Fatal(err)
		}
		_, err = newStore(t, &slow).Renew(t.Context(), o, func(_ context.Context, x *session.Session) error {
			x.Token = "token-2"
			return nil
		})
		if n < late {
			if err != nil || late < 3 {
				t.Errorf("a renewal has %d calls: %v", n, err)
			}
			return
		}
		if _, err := other.Open(t.Context(), header); !errors.Is(err, session.ErrEnded) {
			t.Errorf("late answer %d: open: %v, want that it has ended", late, err)
		}
	}
}
