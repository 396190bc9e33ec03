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
	}{{"whole pages", 0}, {"pages cut short by their size", 7}, {"pages of one", 1}} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) orders.Store {
				f := newFake(t)
				f.pageSize = tt.pageSize
				return open(t, f)
			})
		})
	}
}

// A stack grants orders.TableActions, so the store may use no others, and a grant that nothing uses is one too many.
func TestActionsAreTheGrantedOnes(t *testing.T) {
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

// The table outlives any release of the function, so what is in it is part of the contract.
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

func TestItemsThatAreNotOrders(t *testing.T) {
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
		{"half a tea", func(it item) {
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
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "dynamo: the item ") {
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
		t.Errorf("a list with an item that is no order gave %+v", got)
	}
}

func TestFaults(t *testing.T) {
	signature := "The request signature we calculated does not match. The Canonical String should have been 'POST\n/\n\nx-amz-security-token:" + dynamotest.SessionToken
	for _, tt := range []struct {
		name     string
		fault    func() *http.Response
		attempts int
		busy     bool
		want     string // in the error
	}{
		{"throttled to the end", func() *http.Response { return dynamotest.Fault(400, "ThrottlingException", "Rate exceeded") }, 3, true,
			"ThrottlingException (request REQUEST-1)"},
		{
			"partition too hot",
			func() *http.Response {
				return dynamotest.Fault(400, "ProvisionedThroughputExceededException", "slow down")
			},
			3,
			true,
			"ProvisionedThroughputExceededException",
		},
		{
			"a fault of DynamoDB's",
			func() *http.Response { return dynamotest.Fault(500, "InternalServerError", "oops") },
			3,
			true,
			"InternalServerError",
		},
		{
			"not granted",
			func() *http.Response {
				return dynamotest.Fault(400, "AccessDeniedException", "User: x is not authorized")
			},
			1,
			false,
			"AccessDeniedException: User: x is not authorized (request REQUEST-1)",
		},
		{
			"no such table",
			func() *http.Response {
				return dynamotest.Fault(400, "ResourceNotFoundException", "Requested resource not found")
			},
			1,
			false,
			"ResourceNotFoundException: Requested resource not found",
		},
		{
			"wrong signature: the message quotes the token",
			func() *http.Response { return dynamotest.Fault(400, "InvalidSignatureException", signature) },
			1,
			false,
			"InvalidSignatureException (request REQUEST-1)",
		},
		{"an answer that is no JSON", func() *http.Response {
			resp := dynamotest.Reply(200, nil)
			resp.Body = io.NopCloser(strings.NewReader("<html>"))
			return resp
		}, 1, false, "dynamo: "},
	} {
		for call, do := range map[string]func(s *Store, ctx context.Context) error{
			"create": func(s *Store, ctx context.Context) error { return s.Create(ctx, storetest.Order(1)) },
			"get":    func(s *Store, ctx context.Context) error { _, err := s.Get(ctx, storetest.Order(1).ID); return err },
			"list":   func(s *Store, ctx context.Context) error { _, err := s.List(ctx, "", 3); return err },
			"delete": func(s *Store, ctx context.Context) error { return s.Delete(ctx, storetest.Order(1).ID) },
		} {
			if tt.name == "an answer that is no JSON" && (call == "create" || call == "delete") {
				continue // nothing of the answer is read
			}
			t.Run(tt.name+"/"+call, func(t *testing.T) {
				f, attempts := newFake(t), 0
				f.fault = func(string) *http.Response { attempts++; return tt.fault() }
				err := do(open(t, f), t.Context())
				if err == nil || errors.Is(err, orders.ErrBusy) != tt.busy || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, want %q, busy %v", err, tt.want, tt.busy)
				}
				if !strings.HasPrefix(err.Error(), "dynamo: "+call+": ") {
					t.Errorf("%v: does not name the call", err)
				}
				if strings.Contains(err.Error(), dynamotest.SessionToken) {
					t.Errorf("the session token is in the error: %v", err)
				}
				if attempts != tt.attempts {
					t.Errorf("%d attempts, want %d", attempts, tt.attempts)
				}
			})
		}
	}
}

func TestAThrottledCallIsRepeated(t *testing.T) {
	f, first := newFake(t), true
	f.fault = func(string) *http.Response {
		if first {
			first = false
			return dynamotest.Fault(400, "ThrottlingException", "")
		}
		return nil
	}
	if err := open(t, f).Create(t.Context(), storetest.Order(1)); err != nil || f.actions["PutItem"] != 2 {
		t.Errorf("got %v after %d attempts", err, f.actions["PutItem"])
	}
}

// An order may be created between a deletion that found nothing and the look at why.
func TestDeleteOfAnOrderCreatedMeanwhile(t *testing.T) {
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

func TestNoAnswerInTime(t *testing.T) {
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
		t.Errorf("without a session token, as a user has it: %v", err)
	}
	if keys, err := c.Credentials.Retrieve(t.Context()); err != nil || keys.AccessKeyID != "AKID" ||
		keys.SecretAccessKey != "secret" {
		t.Errorf("got %v", err)
	}
}

// to remembers where a request went.
type to struct{ host string }

func (c *to) Do(r *http.Request) (*http.Response, error) {
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
		went := &to{}
		c.HTTPClient = went
		if _, err := New(c).Get(t.Context(), storetest.Order(1).ID); !errors.Is(err, orders.ErrNotFound) ||
			went.host != tt.want {
			t.Errorf("%q: went to %s, want %s (%v)", tt.variable, went.host, tt.want, err)
		}
	}
}
