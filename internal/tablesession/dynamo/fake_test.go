package dynamo

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// fakeTable is an HTTP transport that answers like DynamoDB, but only to the requests of this package. The test with
// dynalite shows that it interprets the expressions correctly.
type fakeTable struct {
	t           *testing.T
	pageSize    int // items in one answer to a Query; 0: no limit
	unprocessed int // keys that each answer to a BatchGetItem leaves out, as long as one is answered
	fault       func(action string) *http.Response
	lost        func(action string) bool // the answer is

	mu      sync.Mutex
	table   *memory.Table
	actions map[string]int
}

type attribute struct {
	S, N string
	B    string
}

func (a attribute) MarshalJSON() ([]byte, error) {
	switch {
	case a.N != "":
		return json.Marshal(map[string]string{"N": a.N})
	case a.B != "":
		return json.Marshal(map[string]string{"B": a.B})
	}
	return json.Marshal(map[string]string{"S": a.S})
}

type keysAndAttributes struct {
	Keys           []map[string]attribute
	ConsistentRead bool
}

type fakeRequest struct {
	TableName                 string
	Item, Key                 map[string]attribute
	RequestItems              map[string]keysAndAttributes
	ConditionExpression       string
	KeyConditionExpression    string
	ReturnValues              string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]attribute
	ExclusiveStartKey         map[string]attribute
	ConsistentRead            bool
}

func newFake(t *testing.T) *fakeTable {
	return &fakeTable{t: t, table: memory.New(nil), actions: map[string]int{}}
}

func (f *fakeTable) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	var q fakeRequest
	action := dynamotest.Input(f.t, r, &q)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.actions[action]++
	if f.fault != nil {
		if resp := f.fault(action); resp != nil {
			return resp, nil
		}
	}
	resp := f.answer(action, q)
	if f.lost != nil && f.lost(action) {
		return nil, io.ErrUnexpectedEOF
	}
	return resp, nil
}

func (f *fakeTable) answer(action string, q fakeRequest) *http.Response {
	if name := q.TableName; action != "BatchGetItem" && name != "sessions" {
		f.t.Errorf("%s on table %q", action, name)
	}
	switch action {
	case "BatchGetItem":
		return f.get(q)
	case "PutItem":
		if q.ConditionExpression == "" {
			f.t.Error("a put without a condition")
		}
		return f.written(nil, f.table.Put(f.t.Context(), f.item(q.Item), f.version(q)))
	case "DeleteItem":
		if q.ReturnValues != "ALL_OLD" {
			f.t.Errorf("DeleteItem returns %q", q.ReturnValues)
		}
		return f.written(f.table.Delete(f.t.Context(), keyOf(q.Key), f.version(q)))
	case "Query":
		return f.query(q)
	}
	f.t.Errorf("unexpected action %q", action)
	return dynamotest.Fault(400, "UnknownOperationException", "")
}

func (f *fakeTable) written(gone *tablesession.Item, err error) *http.Response {
	switch {
	case errors.Is(err, tablesession.ErrConflict):
		return dynamotest.Fault(400, "ConditionalCheckFailedException", "The conditional request failed")
	case gone != nil:
		return dynamotest.Reply(200, map[string]any{"Attributes": attributesOf(gone)})
	}
	return dynamotest.Reply(200, struct{}{})
}

func (f *fakeTable) version(q fakeRequest) int64 {
	if q.ConditionExpression != "" && q.ExpressionAttributeNames["#v"] != "version" {
		f.t.Errorf("names %v", q.ExpressionAttributeNames)
	}
	switch q.ConditionExpression {
	case "", "attribute_not_exists(#v)":
	case "#v = :v":
		n, _ := strconv.ParseInt(q.ExpressionAttributeValues[":v"].N, 10, 64)
		return n
	default:
		f.t.Errorf("condition %q", q.ConditionExpression)
	}
	return 0
}

func (f *fakeTable) get(q fakeRequest) *http.Response {
	asked := q.RequestItems["sessions"]
	if !asked.ConsistentRead || len(q.RequestItems) != 1 {
		f.t.Errorf("BatchGetItem %+v is not consistent, or also reads other tables", q.RequestItems)
	}
	n := max(1, len(asked.Keys)-f.unprocessed)
	found := []map[string]attribute{}
	for _, k := range slices.Backward(asked.Keys[:n]) { // in any order
		items, _ := f.table.Get(f.t.Context(), keyOf(k))
		if items[0] != nil {
			found = append(found, attributesOf(items[0]))
		}
	}
	out := map[string]any{"Responses": map[string]any{"sessions": found}, "UnprocessedKeys": struct{}{}}
	if rest := asked.Keys[n:]; len(rest) > 0 {
		out["UnprocessedKeys"] = map[string]any{"sessions": map[string]any{"Keys": rest, "ConsistentRead": true}}
	}
	return dynamotest.Reply(200, out)
}

func (f *fakeTable) query(q fakeRequest) *http.Response {
	if q.KeyConditionExpression != "#p = :p" || q.ExpressionAttributeNames["#p"] != "pk" || !q.ConsistentRead {
		f.t.Errorf("Query %+v", q)
	}
	items, _ := f.table.Query(f.t.Context(), q.ExpressionAttributeValues[":p"].S)
	found := []map[string]attribute{}
	for _, item := range items {
		if len(q.ExclusiveStartKey) > 0 && item.Sort <= q.ExclusiveStartKey["sk"].S {
			continue
		}
		found = append(found, attributesOf(item))
		if len(found) == f.pageSize {
			break
		}
	}
	out := map[string]any{"Items": found, "Count": len(found)}
	if n := len(found); n > 0 && n == f.pageSize { // DynamoDB gives the key even if nothing follows
		out["LastEvaluatedKey"] = map[string]any{"pk": found[n-1]["pk"], "sk": found[n-1]["sk"]}
	}
	return dynamotest.Reply(200, out)
}

func keyOf(a map[string]attribute) tablesession.Key {
	return tablesession.Key{Partition: a["pk"].S, Sort: a["sk"].S}
}

func (f *fakeTable) item(a map[string]attribute) *tablesession.Item {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(a[name].N, 10, 64)
		if err != nil {
			f.t.Errorf("%s: %v", name, err)
		}
		return n
	}
	item := &tablesession.Item{
		Key: keyOf(a), Version: number("version"), Generation: number("generation"), Ends: time.Unix(number("ttl"), 0),
	}
	if a["data"].B != "" {
		item.Data, _ = base64.StdEncoding.DecodeString(a["data"].B)
	}
	return item
}

func attributesOf(item *tablesession.Item) map[string]attribute {
	a := map[string]attribute{
		"pk": {S: item.Partition}, "sk": {S: item.Sort}, "version": {N: strconv.FormatInt(item.Version, 10)},
		"generation": {N: strconv.FormatInt(item.Generation, 10)}, "ttl": {N: strconv.FormatInt(item.Ends.Unix(), 10)},
	}
	if item.Data != nil {
		a["data"] = attribute{B: base64.StdEncoding.EncodeToString(item.Data)}
	}
	return a
}

// actionsUsed returns the IAM actions of the requests so far, and resets them.
func (f *fakeTable) actionsUsed() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var used []string
	for _, a := range slices.Sorted(maps.Keys(f.actions)) {
		used = append(used, "dynamodb:"+a)
	}
	f.actions = map[string]int{}
	return used
}
