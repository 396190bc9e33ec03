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

// fakeTable is an HTTP transport that answers as DynamoDB does to the requests of this package, and to no others: an
// expression it does not know fails the test. The test against dynalite shows that the expressions mean what it thinks.
type fakeTable struct {
	t        *testing.T
	pageSize int // items in one answer to a Query, as the limit of 1 MB would make it; 0: no limit
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
		f.t.Errorf("%s on table %q", action, q.TableName)
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
			f.t.Error("GetItem is not consistent: an order just created might be missing")
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
		f.t.Errorf("key is %v", key)
		return ""
	}
	return m["S"].(string)
}

func (f *fakeTable) put(q fakeRequest) *http.Response {
	if q.ConditionExpression != "attribute_not_exists(sk)" {
		f.t.Errorf("PutItem with condition %q", q.ConditionExpression)
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
		f.t.Errorf(
			"DeleteItem with condition %q, %v, %v",
			q.ConditionExpression,
			q.ExpressionAttributeNames,
			q.ExpressionAttributeValues,
		)
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
		f.t.Errorf("Query with %q", q.KeyConditionExpression)
	}
	if q.ExpressionAttributeValues[":pk"]["S"] != "ORDERS" || q.ScanIndexForward == nil || *q.ScanIndexForward ||
		!q.ConsistentRead ||
		q.Limit < 1 {
		f.t.Errorf("Query %+v", q)
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
	if n := len(found); n == size { // DynamoDB gives the key even if nothing follows
		out["LastEvaluatedKey"] = map[string]any{"pk": found[n-1]["pk"], "sk": found[n-1]["sk"]}
	}
	return dynamotest.Reply(200, out)
}

// actionsUsed gives the IAM actions of the requests so far.
func (f *fakeTable) actionsUsed() []string {
	var used []string
	for _, a := range slices.Sorted(maps.Keys(f.actions)) {
		used = append(used, "dynamodb:"+a)
	}
	return used
}
