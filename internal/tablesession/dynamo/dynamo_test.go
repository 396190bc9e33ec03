package dynamo

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/tabletest"
)

func open(t testing.TB, f *fakeTable) *Table {
	t.Helper()
	c, err := dynamoclient.FromEnvironment(dynamotest.Environment(nil), "sessions")
	if err != nil {
		t.Fatal(err)
	}
	c.HTTPClient, c.Timeout = f, time.Minute
	c.Retryer = dynamotest.RetryWithoutDelay
	return New(c)
}

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*fakeTable)
	}{
		{"whole answers", func(*fakeTable) {}},
		{"pages of one", func(f *fakeTable) { f.pageSize = 1 }},
		{"batches that are not processed whole", func(f *fakeTable) { f.unprocessed = 2 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tabletest.Run(t, func(t *testing.T) tablesession.Table {
				f := newFake(t)
				tt.change(f)
				return open(t, f)
			})
		})
	}
}

func newStore(t testing.TB, table tablesession.Table, changes ...func(*tablesession.Options)) *tablesession.Store {
	t.Helper()
	keys := session.KeysOf("the first secret, of more than 32 bytes", nil)
	o := tablesession.Options{Host: "shop.example.com", Keys: keys, Table: table}
	for _, change := range changes {
		change(&o)
	}
	s, err := tablesession.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newSession() *session.Session {
	now := time.Now().Truncate(time.Second)
	return &session.Session{
		Token: "token-1", Refresh: "refresh-1", Subject: "user-1", Started: now, Active: now, Got: now,
		Expires: now.Add(time.Minute),
	}
}

const issuer = "https://issuer.example.com"

// flow creates a session, renews it twice and ends it.
func flow(t *testing.T, s, other *tablesession.Store, seen func(step string)) {
	ctx := t.Context()
	set, err := s.Create(ctx, newSession(), issuer, "sid-1")
	if err != nil {
		t.Fatal(err)
	}
	seen("create")
	header, _, _ := strings.Cut(set[0], ";")
	o, err := other.Open(ctx, header)
	if err != nil {
		t.Fatal(err)
	}
	o, err = other.Renew(ctx, o, func(_ context.Context, x *session.Session) error { x.Token = "token-2"; return nil })
	if err != nil || o.Token != "token-2" {
		t.Fatalf("renewed: %+v, %v", o, err)
	}
	if err := other.Touch(ctx, o); err != nil {
		t.Fatal(err)
	}
	_, err = s.Renew(ctx, o, func(context.Context, *session.Session) error { return tablesession.ErrRefused })
	if !errors.Is(err, session.ErrEnded) {
		t.Fatalf("refused: %v", err)
	}
	seen("open, renew and end")
	if set, err = s.Create(ctx, newSession(), issuer, "sid-2"); err != nil {
		t.Fatal(err)
	}
	header, _, _ = strings.Cut(set[0], ";")
	if list, err := other.List(ctx, issuer, "user-1"); len(list) != 1 || err != nil {
		t.Fatalf("the list has %v, %v", list, err)
	}
	if first, err := s.Once(ctx, issuer, "jti", time.Now().Add(time.Minute)); !first || err != nil {
		t.Fatalf("once: %v, %v", first, err)
	}
	// A removal whose answer was lost is not counted.
	if n, err := s.EndSID(ctx, issuer, "sid-2"); n > 1 || err != nil {
		t.Fatalf("ended %d, %v", n, err)
	}
	if _, err := other.Open(ctx, header); !errors.Is(err, session.ErrEnded) {
		t.Fatalf("open: %v", err)
	}
	if n, err := s.EndSubject(ctx, issuer, "user-1"); n != 0 || err != nil {
		t.Fatalf("ended %d, %v", n, err)
	}
	seen("all")
}

// A stack grants the actions that package settings names. The table must use no others, and must use all of them.
func TestStoreUsesGrantedActions(t *testing.T) {
	f := newFake(t)
	s := newStore(t, open(t, f))
	flow(t, s, s, func(step string) {
		want := map[string][]string{
			"create": {"dynamodb:BatchGetItem", "dynamodb:PutItem"}, "open, renew and end": settings.OpenActions,
			"all": settings.AllActions,
		}[step]
		if d := cmp.Diff(want, f.actionsUsed()); d != "" {
			t.Errorf("%s: (-granted +used):\n%s", step, d)
		}
	})
}

// TestALostAnswer covers the SDK's repetition of a request whose answer was lost. The second request finds what the
// first has written.
func TestALostAnswer(t *testing.T) {
	for _, action := range []string{"PutItem", "DeleteItem", "BatchGetItem", "Query"} {
		t.Run(action, func(t *testing.T) {
			f := newFake(t)
			n := 0
			f.lost = func(a string) bool { n++; return a == action && n%2 == 0 }
			s := newStore(t, open(t, f))
			set, err := s.Create(t.Context(), newSession(), issuer, "")
			if err != nil {
				t.Fatal(err)
			}
			header, _, _ := strings.Cut(set[0], ";")
			o, err := s.Open(t.Context(), header)
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			o, err = s.Renew(t.Context(), o, func(_ context.Context, x *session.Session) error {
				asked++
				x.Token = "token-2"
				return nil
			})
			if err != nil || o.Token != "token-2" || asked != 1 {
				t.Fatalf("renewed: %+v, %v, asked %d times", o, err, asked)
			}
			if first, err := s.Once(t.Context(), issuer, "jti", time.Now()); !first || err != nil {
				t.Errorf("once: %v, %v", first, err)
			}
			if _, err := s.EndSubject(t.Context(), issuer, "user-1"); err != nil {
				t.Error(err)
			}
			if _, err := s.Open(t.Context(), header); !errors.Is(err, session.ErrEnded) {
				t.Errorf("open: %v", err)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name          string
		status        int
		code, message string
		want          []string
		wantNot       string
	}{
		{"no table", 400, "ResourceNotFoundException", "Requested resource not found",
			[]string{"ResourceNotFoundException: Requested resource", "REQUEST-1"}, ""},
		{"no permission", 400, "AccessDeniedException", "not authorized to perform: dynamodb:PutItem",
			[]string{"AccessDeniedException", "dynamodb:PutItem"}, ""},
		{"a wrong signature", 403, "InvalidSignatureException", "x-amz-security-token:" + dynamotest.SessionToken,
			[]string{"InvalidSignatureException"}, dynamotest.SessionToken},
		{"throttled", 400, "ThrottlingException", "Rate exceeded", []string{"ThrottlingException"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.fault = func(string) *http.Response { return dynamotest.Fault(tt.status, tt.code, tt.message) }
			table := open(t, f)
			err := table.Put(t.Context(), tabletest.Item("p", "s", 1), 0)
			if err == nil || errors.Is(err, tablesession.ErrConflict) {
				t.Fatalf("got %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
			if tt.wantNot != "" && strings.Contains(err.Error(), tt.wantNot) {
				t.Errorf("%v contains %q", err, tt.wantNot)
			}
		})
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	f := newFake(t)
	f.unprocessed = 1
	ctx, cancel := context.WithCancel(t.Context())
	f.lost = func(string) bool { cancel(); return false }
	keys := []tablesession.Key{{Partition: "p", Sort: "a"}, {Partition: "p", Sort: "b"}}
	if items, err := open(t, f).Get(ctx, keys...); err == nil {
		t.Errorf("got %v of a batch that was not processed whole", items)
	}
}

// TestItemsOfOthers checks that an item that this package has not written is an error and does not count as missing.
func TestItemsOfOthers(t *testing.T) {
	good := toAttributes(tabletest.Item("p", "s", 1))
	if item, err := fromAttributes(good); err != nil || cmp.Diff(item, tabletest.Item("p", "s", 1)) != "" {
		t.Fatalf("got %+v, %v", item, err)
	}
	for name := range good {
		bad := maps.Clone(good)
		bad[name] = &types.AttributeValueMemberBOOL{Value: true}
		if item, err := fromAttributes(bad); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s of another type: got %+v, %v", name, item, err)
		}
		delete(bad, name)
		if item, err := fromAttributes(bad); name != dataAttribute && err == nil {
			t.Errorf("no %s: got %+v", name, item)
		}
	}
	bad := maps.Clone(good)
	bad[versionAttribute] = &types.AttributeValueMemberN{Value: "1.5"}
	if item, err := fromAttributes(bad); err == nil {
		t.Errorf("version 1.5: got %+v", item)
	}
}
