package dynamo

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
)

func environment(changes map[string]string) func(string) string {
	all := map[string]string{"ORDERS_TABLE": "orders"}
	maps.Copy(all, changes)
	return dynamotest.Environment(all)
}

func open(t *testing.T, f *fakeTable) *Store {
	t.Helper()
	c, err := FromEnvironment(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	c.HTTPClient = f
	c.Retryer = dynamotest.RetryWithoutDelay
	return New(c)
}

func TestStore(t *testing.T) {
	for _, tt := range []struct {
		name     string
		pageSize int
	}{{"pages without a limit", 0}, {"pages of seven", 7}, {"pages of one", 1}} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) orders.Store {
				f := newFake(t)
				f.pageSize = tt.pageSize
				return open(t, f)
			})
		})
	}
}

// A stack grants orders.TableActions. The store must use all of these actions and no others.
func TestStoreUsesGrantedActions(t *testing.T) {
	f := newFake(t)
	s, ctx, o := open(t, f), t.Context(), storetest.Order(1)
	_ = s.Create(ctx, o)
	_, _ = s.Get(ctx, o.ID)
	_, _ = s.List(ctx, "", 1)
	_ = s.Delete(ctx, o.ID)
	want := orders.TableActions()
	slices.Sort(want)
	if diff := cmp.Diff(want, f.actionsUsed()); diff != "" {
		t.Errorf("(-granted +used):\n%s", diff)
	}
}

// A later release of the function reads the items of earlier ones, so their format must not change.
func TestItem(t *testing.T) {
	f := newFake(t)
	if err := open(t, f).Create(t.Context(), storetest.Order(1)); err != nil {
		t.Fatal(err)
	}
	s := func(v string) map[string]any { return map[string]any{"S": v} }
	n := func(v string) map[string]any { return map[string]any{"N": v} }
	line := func(sku, quantity, price string) map[string]any {
		return map[string]any{"M": map[string]any{"sku": s(sku), "quantity": n(quantity), "unitPrice": n(price)}}
	}
	want := map[string]any{
		"pk": s("ORDERS"), "sk": s("019ca945-0de9-7000-8000-000000000001"),
		"customer": s("customer-1"), "currency": s("EUR"), "status": s("open"),
		"createdAt": s("2026-03-01T12:00:01.001Z"), "createdBy": s("user-1"),
		"lines": map[string]any{"L": []any{line("tea-1", "2", "1000000000"), line("cup:2", "1", "0")}},
	}
	if diff := cmp.Diff(want, f.items[storetest.Order(1).ID]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInvalidItems(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(item)
		want   string
	}{
		{"no customer", func(it item) { delete(it, "customer") }, "customer is <nil>, want a string"},
		{
			"status is a number",
			func(it item) { it["status"] = number(1) },
			"status is *types.AttributeValueMemberN, want a string",
		},
		{"another kind of key", func(it item) { it["sk"] = text("META") }, `sk is "META", want a version 7 UUID`},
		{"no time", func(it item) { it["createdAt"] = text("yesterday") }, "createdAt: parsing time"},
		{"no lines", func(it item) { delete(it, "lines") }, "lines is <nil>, want a list"},
		{"a line that is text", func(it item) {
			it["lines"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{text("tea")}}
		}, "lines[0] is *types.AttributeValueMemberS, want a map"},
		{"a quantity of 0.5", func(it item) {
			m := item{"sku": text("tea"), "quantity": &types.AttributeValueMemberN{Value: "0.5"}, "unitPrice": number(1)}
			it["lines"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{Value: m}}}
		}, "quantity is 0.5, want a whole number"},
		{"a price as text", func(it item) {
			m := item{"sku": text("tea"), "quantity": number(1), "unitPrice": text("1")}
			it["lines"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{Value: m}}}
		}, "unitPrice is *types.AttributeValueMemberS, want a number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			it := toItem(storetest.Order(1))
			tt.change(it)
			o, err := fromItem(it)
			if err == nil || !strings.Contains(err.Error(), tt.want) ||
				!strings.HasPrefix(err.Error(), "dynamo: the item ") {
				t.Errorf("got %+v, %v, want %q", o, err, tt.want)
			}
		})
	}
	f := newFake(t)
	s := open(t, f)
	if err := s.Create(t.Context(), storetest.Order(1)); err != nil {
		t.Fatal(err)
	}
	delete(f.items[storetest.Order(1).ID], "customer")
	if got, err := s.List(t.Context(), "", 10); err == nil {
		t.Errorf("List with an invalid item: got %+v, want an error", got)
	}
}

func TestFaults(t *testing.T) {
	signature := "The request signature we calculated does not match. The Canonical String should have been " +
		"'POST\n/\n\nx-amz-security-token:" + dynamotest.SessionToken
	fault := func(status int, kind, message string) func() *http.Response {
		return func() *http.Response { return dynamotest.Fault(status, kind, message) }
	}
	for _, tt := range []struct {
		name     string
		fault    func() *http.Response
		attempts int
		busy     bool
		want     string // in the error
	}{
		{
			name:     "every attempt is throttled",
			fault:    fault(400, "ThrottlingException", "Rate exceeded"),
			attempts: 3,
			busy:     true,
			want:     "ThrottlingException (request REQUEST-1)",
		},
		{
			name:     "throughput exceeded",
			fault:    fault(400, "ProvisionedThroughputExceededException", "slow down"),
			attempts: 3,
			busy:     true,
			want:     "ProvisionedThroughputExceededException",
		},
		{
			name:     "internal error of DynamoDB",
			fault:    fault(500, "InternalServerError", "oops"),
			attempts: 3,
			busy:     true,
			want:     "InternalServerError",
		},
		{
			name:     "not granted",
			fault:    fault(400, "AccessDeniedException", "User: x is not authorized"),
			attempts: 1,
			want:     "AccessDeniedException: User: x is not authorized (request REQUEST-1)",
		},
		{
			name:     "no such table",
			fault:    fault(400, "ResourceNotFoundException", "Requested resource not found"),
			attempts: 1,
			want:     "ResourceNotFoundException: Requested resource not found",
		},
		{
			name:     "wrong signature, and the message quotes the session token",
			fault:    fault(400, "InvalidSignatureException", signature),
			attempts: 1,
			want:     "InvalidSignatureException (request REQUEST-1)",
		},
		{
			name: "answer is not JSON",
			fault: func() *http.Response {
				resp := dynamotest.Reply(200, nil)
				resp.Body = io.NopCloser(strings.NewReader("<html>"))
				return resp
			},
			attempts: 1,
			want:     "dynamo: ",
		},
	} {
		for call, do := range map[string]func(s *Store, ctx context.Context) error{
			"create": func(s *Store, ctx context.Context) error { return s.Create(ctx, storetest.Order(1)) },
			"get": func(s *Store, ctx context.Context) error {
				_, err := s.Get(ctx, storetest.Order(1).ID)
				return err
			},
			"list":   func(s *Store, ctx context.Context) error { _, err := s.List(ctx, "", 3); return err },
			"delete": func(s *Store, ctx context.Context) error { return s.Delete(ctx, storetest.Order(1).ID) },
		} {
			if tt.name == "answer is not JSON" && (call == "create" || call == "delete") {
				continue // the call does not read the answer's body
			}
			t.Run(tt.name+"/"+call, func(t *testing.T) {
				f, attempts := newFake(t), 0
				f.fault = func(string) *http.Response { attempts++; return tt.fault() }
				err := do(open(t, f), t.Context())
				if err == nil || errors.Is(err, orders.ErrBusy) != tt.busy || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, want %q, busy %v", err, tt.want, tt.busy)
				}
				if !strings.HasPrefix(err.Error(), "dynamo: "+call+": ") {
					t.Errorf("got %v, want an error that starts with dynamo: %s", err, call)
				}
				if strings.Contains(err.Error(), dynamotest.SessionToken) {
					t.Errorf("the error contains the session token: %v", err)
				}
				if attempts != tt.attempts {
					t.Errorf("got %d attempts, want %d", attempts, tt.attempts)
				}
			})
		}
	}
}

func TestThrottledCallIsRetried(t *testing.T) {
	f, first := newFake(t), true
	f.fault = func(string) *http.Response {
		if first {
			first = false
			return dynamotest.Fault(400, "ThrottlingException", "")
		}
		return nil
	}
	if err := open(t, f).Create(t.Context(), storetest.Order(1)); err != nil || f.actions["PutItem"] != 2 {
		t.Errorf("got %v after %d attempts, want nil after 2", err, f.actions["PutItem"])
	}
}

// DeleteItem finds no order. Another call creates it before the store reads why the deletion failed.
func TestDeleteBeforeConcurrentCreate(t *testing.T) {
	f := newFake(t)
	s := open(t, f)
	created := newFake(t)
	if err := open(t, created).Create(t.Context(), storetest.Order(1)); err != nil {
		t.Fatal(err)
	}
	f.fault = func(action string) *http.Response {
		if action != "DeleteItem" {
			return nil
		}
		f.items = created.items
		return dynamotest.Fault(400, "ConditionalCheckFailedException", "")
	}
	if err := s.Delete(t.Context(), storetest.Order(1).ID); !errors.Is(err, orders.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

// silent is a transport that never answers.
type silent struct{}

func (silent) Do(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := FromEnvironment(environment(nil))
		if err != nil {
			t.Fatal(err)
		}
		c.HTTPClient = silent{}
		start := time.Now()
		_, err = New(c).Get(t.Context(), storetest.Order(1).ID)
		if !errors.Is(err, orders.ErrBusy) || time.Since(start) != 5*time.Second {
			t.Errorf("got %v after %v, want ErrBusy after 5s", err, time.Since(start))
		}
	})
}

func TestFromEnvironment(t *testing.T) {
	for _, missing := range []string{"ORDERS_TABLE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		_, err := FromEnvironment(environment(map[string]string{missing: ""}))
		if err == nil || !strings.Contains(err.Error(), "dynamo: the environment variable "+missing+" is not set") {
			t.Errorf("without %s: got %v", missing, err)
		}
	}
	c, err := FromEnvironment(environment(map[string]string{"AWS_SESSION_TOKEN": ""}))
	if err != nil {
		t.Errorf("without a session token, as with a user's keys: got %v, want no error", err)
	}
	if keys, err := c.Credentials.Retrieve(t.Context()); err != nil || keys.AccessKeyID != "AKID" ||
		keys.SecretAccessKey != "secret" {
		t.Errorf("credentials: got %v, want those of the environment", err)
	}
}

// hostRecorder is an HTTP client that records the host of the request.
type hostRecorder struct{ host string }

func (c *hostRecorder) Do(r *http.Request) (*http.Response, error) {
	c.host = r.URL.Scheme + "://" + r.URL.Host
	return dynamotest.Reply(200, struct{}{}), nil
}

func TestEndpoint(t *testing.T) {
	for _, tt := range []struct{ variable, want string }{
		{"", "https://dynamodb.eu-central-1.amazonaws.com"},
		{"http://127.0.0.1:4567", "http://127.0.0.1:4567"},
	} {
		c, err := FromEnvironment(environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": tt.variable}))
		if err != nil {
			t.Fatal(err)
		}
		sent := &hostRecorder{}
		c.HTTPClient = sent
		if _, err := New(c).Get(t.Context(), storetest.Order(1).ID); !errors.Is(err, orders.ErrNotFound) ||
			sent.host != tt.want {
			t.Errorf("AWS_ENDPOINT_URL_DYNAMODB=%q: got %s, %v, want %s", tt.variable, sent.host, err, tt.want)
		}
	}
}
