package dynamo

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
)

// fakeTable is an HTTP client that answers this package's requests as DynamoDB does. Any other request or expression
// fails the test. TestDynalite checks the same expressions against an emulator.
type fakeTable struct {
	t        *testing.T
	pageSize int // at most so many items in an answer to a Query, as with the limit of 1 MB; 0: no limit
	fault    func(action string) *http.Response

	mu      sync.Mutex
	items   map[string]map[string]any // by sort key
	actions map[string]int
}

type fakeRequest struct {
	TableName                 string
	Item, Key                 map[string]any
	ConditionExpression       string
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]map[string]string
	ExclusiveStartKey         map[string]any
	ScanIndexForward          *bool
	ConsistentRead            bool
	Limit                     int
}

func newFake(t *testing.T) *fakeTable {
	return &fakeTable{t: t, items: map[string]map[string]any{}, actions: map[string]int{}}
}

func (f *fakeTable) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	var q fakeRequest
	action := dynamotest.Input(f.t, r, &q)
	if q.TableName != "orders" {
		f.t.Errorf("%s: got table %q, want orders", action, q.TableName)
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	f.actions[action]++
	if f.fault != nil {
		if resp := f.fault(action); resp != nil {
			return resp, nil
		}
	}
	switch action {
	case "PutItem":
		return f.put(q), nil
	case "GetItem":
		out := map[string]any{}
		if it, ok := f.items[f.sortKey(q.Key)]; ok {
			out["Item"] = it
		}
		if !q.ConsistentRead {
			f.t.Error("GetItem: got ConsistentRead false, want true, so that a new order is found")
		}
		return dynamotest.Reply(200, out), nil
	case "DeleteItem":
		return f.delete(q), nil
	case "Query":
		return f.query(q), nil
	}
	f.t.Errorf("unexpected action %q", action)
	return dynamotest.Fault(400, "UnknownOperationException", ""), nil
}

func (f *fakeTable) sortKey(key map[string]any) string {
	pk, sk := fmt.Sprint(key["pk"]), key["sk"]
	m, ok := sk.(map[string]any)
	if !ok || pk != "map[S:ORDERS]" || len(m) != 1 {
		f.t.Errorf("got key %v, want pk ORDERS and a string as sk", key)
		return ""
	}
	return m["S"].(string)
}

func (f *fakeTable) put(q fakeRequest) *http.Response {
	if q.ConditionExpression != "attribute_not_exists(sk)" {
		f.t.Errorf("PutItem: got condition %q, want attribute_not_exists(sk)", q.ConditionExpression)
	}
	id := f.sortKey(q.Item)
	if _, ok := f.items[id]; ok {
		return dynamotest.Fault(400, "ConditionalCheckFailedException", "The conditional request failed")
	}
	f.items[id] = q.Item
	return dynamotest.Reply(200, struct{}{})
}

func (f *fakeTable) delete(q fakeRequest) *http.Response {
	if q.ConditionExpression != "#status = :open" || q.ExpressionAttributeNames["#status"] != "status" ||
		q.ExpressionAttributeValues[":open"]["S"] != "open" {
		f.t.Errorf("DeleteItem: got condition %q with names %v and values %v, want status = open",
			q.ConditionExpression, q.ExpressionAttributeNames, q.ExpressionAttributeValues)
	}
	id := f.sortKey(q.Key)
	if it, ok := f.items[id]; !ok || fmt.Sprint(it["status"]) != "map[S:open]" {
		return dynamotest.Fault(400, "ConditionalCheckFailedException", "The conditional request failed")
	}
	delete(f.items, id)
	return dynamotest.Reply(200, struct{}{})
}

func (f *fakeTable) query(q fakeRequest) *http.Response {
	before := ""
	switch q.KeyConditionExpression {
	case "pk = :pk":
	case "pk = :pk AND sk < :before":
		before = q.ExpressionAttributeValues[":before"]["S"]
	default:
		f.t.Errorf("Query: unexpected key condition %q", q.KeyConditionExpression)
	}
	if q.ExpressionAttributeValues[":pk"]["S"] != "ORDERS" || q.ScanIndexForward == nil || *q.ScanIndexForward ||
		!q.ConsistentRead || q.Limit < 1 {
		f.t.Errorf("Query: got %+v, want a consistent, descending read of ORDERS with a limit", q)
	}
	if len(q.ExclusiveStartKey) > 0 {
		before = f.sortKey(q.ExclusiveStartKey)
	}
	size := q.Limit
	if f.pageSize > 0 {
		size = min(size, f.pageSize)
	}
	found := []map[string]any{}
	for _, id := range slices.SortedFunc(maps.Keys(f.items), func(a, b string) int { return cmp.Compare(b, a) }) {
		if before != "" && id >= before {
			continue
		}
		found = append(found, f.items[id])
		if len(found) == size {
			break
		}
	}
	out := map[string]any{"Items": found, "Count": len(found), "ScannedCount": len(found)}
	if n := len(found); n == size { // DynamoDB also sends the key if no item follows
		out["LastEvaluatedKey"] = map[string]any{"pk": found[n-1]["pk"], "sk": found[n-1]["sk"]}
	}
	return dynamotest.Reply(200, out)
}

// actionsUsed returns the IAM actions of the requests so far.
func (f *fakeTable) actionsUsed() []string {
	var used []string
	for _, a := range slices.Sorted(maps.Keys(f.actions)) {
		used = append(used, "dynamodb:"+a)
	}
	return used
}
