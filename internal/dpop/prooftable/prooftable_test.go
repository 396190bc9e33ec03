package prooftable

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

var until = time.Unix(1_700_000_060, 0)

// fake is a transport that answers with a fault, or loses the first answer after the write. Other calls go to DynamoDB.
type fake struct {
	t     *testing.T
	fault func() *http.Response
	to    *http.Client
	lose  bool
	calls int
}

func (f *fake) Do(r *http.Request) (*http.Response, error) {
	f.calls++
	if f.fault != nil {
		return f.fault(), nil
	}
	answer, err := f.to.Do(r)
	if err == nil && f.lose {
		f.lose = false
		answer.Body.Close()
		return dynamotest.Fault(500, "InternalServerError", "lost"), nil
	}
	return answer, err
}

// open returns a table as a stack makes it, in dynalite, or one that a transport answers.
func open(t *testing.T, endpoint string, f *fake) *Table {
	t.Helper()
	c, err := dynamoclient.FromEnvironment(
		dynamotest.Environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint}), "proofs")
	if err != nil {
		t.Fatal(err)
	}
	c.Timeout, c.Retryer = time.Minute, dynamotest.RetryWithoutDelay // of a busy machine
	if f != nil {
		c.HTTPClient = f
	}
	return newTable(c)
}

func create(t *testing.T, table *Table) {
	t.Helper()
	key := settings.TablePartitionKey
	_, err := table.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   &table.name,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: &key, KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait := dynamodb.NewTableExistsWaiter(table.client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 5*time.Millisecond, 50*time.Millisecond
	})
	if err := wait.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table.name}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func use(t *testing.T, table *Table, id string) bool {
	t.Helper()
	first, err := table.Use(t.Context(), id, until)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// TestDynalite uses proofs in two instances at the same time, and one whose answer is lost.
func TestDynalite(t *testing.T) {
	endpoint := nodepeer.Dynalite(t)
	one, other := open(t, endpoint, nil), open(t, endpoint, nil)
	create(t, one)
	if !use(t, one, "a") || use(t, other, "a") || use(t, one, "a") || !use(t, other, "b") {
		t.Error("a proof counts once in all instances")
	}

	var wait sync.WaitGroup
	var mu sync.Mutex
	firsts := 0
	for i := range 8 {
		wait.Go(func() {
			first, err := []*Table{one, other}[i%2].Use(t.Context(), "c", until)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if first {
				firsts++
			}
		})
	}
	if wait.Wait(); firsts != 1 {
		t.Errorf("%d of eight uses at the same time are the first", firsts)
	}

	lossy := &fake{t: t, to: http.DefaultClient, lose: true}
	if table := open(t, endpoint, lossy); !use(t, table, "d") || lossy.calls != 2 || use(t, table, "d") {
		t.Errorf("a proof whose answer was lost, after %d calls", lossy.calls)
	}

	out, err := one.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &one.name,
		Key: map[string]types.AttributeValue{settings.TablePartitionKey: &types.AttributeValueMemberS{Value: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	if ttl, ok := out.Item[settings.TableTimeAttribute].(*types.AttributeValueMemberN); !ok || ttl.Value != "1700000060" {
		t.Errorf("the item expires at %v", out.Item[settings.TableTimeAttribute])
	}
}

// TestFaults returns an error for everything but an answer about the condition.
func TestFaults(t *testing.T) {
	for code, status := range map[string]int{
		"ResourceNotFoundException": 400, "AccessDeniedException": 400, "ValidationException": 400,
		"ProvisionedThroughputExceededException": 400, "InternalServerError": 500,
	} {
		f := &fake{t: t, fault: func() *http.Response { return dynamotest.Fault(status, code, "no") }}
		if first, err := open(t, "http://127.0.0.1:1", f).Use(t.Context(), "a", until); first || err == nil {
			t.Errorf("%s: %v, %v", code, first, err)
		}
	}
	f := &fake{t: t, fault: func() *http.Response {
		return dynamotest.Fault(400, "ConditionalCheckFailedException", "The conditional request failed")
	}}
	if first, err := open(t, "http://127.0.0.1:1", f).Use(t.Context(), "a", until); first || err != nil {
		t.Errorf("a proof that was used: %v, %v", first, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if first, err := open(t, "http://127.0.0.1:1", nil).Use(ctx, "a", until); first || err == nil {
		t.Errorf("without time: %v, %v", first, err)
	}
	if _, err := Open(func(string) string { return "" }, "proofs"); err == nil {
		t.Error("no error without credentials")
	}
}
