package dynamo

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// newTable creates a table as a stack does, from the constants of package orders.
func newTable(t *testing.T, endpoint, name string) *Store {
	t.Helper()
	c, err := FromEnvironment(environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "ORDERS_TABLE": name}))
	if err != nil {
		t.Fatal(err)
	}
	s := New(c)
	dynamotest.CreateTable(t, s.client, name, orders.PartitionKey, orders.SortKey)
	return s
}

// counter is an HTTP client that counts its requests.
type counter struct {
	next *http.Client
	n    int
}

func (c *counter) Do(r *http.Request) (*http.Response, error) {
	c.n++
	return c.next.Do(r)
}

func TestDynalite(t *testing.T) {
	endpoint, tables := nodepeer.Dynalite(t), 0
	table := func(t *testing.T) *Store {
		tables++
		return newTable(t, endpoint, fmt.Sprintf("orders-%d", tables))
	}

	storetest.Run(t, func(t *testing.T) orders.Store { return table(t) })

	t.Run("a list longer than one answer", func(t *testing.T) {
		// 100 orders of 100 long lines exceed the 1 MB that one answer to a Query holds.
		s, queries := table(t), &counter{next: http.DefaultClient}
		s.client = dynamodb.New(s.client.Options(), func(o *dynamodb.Options) { o.HTTPClient = queries })
		var want int
		for i := range orders.MaxPage {
			o := storetest.Order(i)
			for len(o.Lines) < 100 {
				o.Lines = append(o.Lines, orders.Line{SKU: strings.Repeat("x", 150), Quantity: 10_000, UnitPrice: 1_000_000_000})
			}
			want += len(o.Lines)
			if err := s.Create(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		queries.n = 0
		got, err := s.List(t.Context(), "", orders.MaxPage)
		if queries.n < 2 {
			t.Errorf("got %d queries, want at least 2, so that the test covers several answers", queries.n)
		}
		var lines int
		for i, o := range got {
			lines += len(o.Lines)
			if o.ID != storetest.Order(orders.MaxPage-1-i).ID {
				t.Fatalf("order %d: got ID %s, want %s", i, o.ID, storetest.Order(orders.MaxPage-1-i).ID)
			}
		}
		if err != nil || lines != want {
			t.Errorf("got %d orders with %d lines, %v, want %d lines", len(got), lines, err, want)
		}
	})

	t.Run("the service over the table", func(t *testing.T) {
		server := httptest.NewServer(orders.New(table(t), orders.Options{Log: slog.New(slog.DiscardHandler)}))
		defer server.Close()
		const id = "01957f3e-7d00-7000-8000-000000000001"
		tea := `{"id":"` + id + `","customer":"c-1","currency":"EUR","lines":[{"sku":"tea-1","quantity":2,"unitPrice":450}]}`
		for _, step := range []struct {
			method, path, body string
			want               int
			text               string
		}{
			{"GET", "/orders", "", 200, `{"orders":[]}`},
			{"POST", "/orders", tea, 201, id},
			{"POST", "/orders", tea, 200, id},
			{"POST", "/orders", strings.Replace(tea, "c-1", "c-2", 1), 409, "another order"},
			{"GET", "/orders/" + id, "", 200, `"customer":"c-1"`},
			{"GET", "/orders?limit=1", "", 200, id},
			{"DELETE", "/orders/" + id, "", 204, ""},
			{"DELETE", "/orders/" + id, "", 404, ""},
			{"GET", "/orders/" + id, "", 404, ""},
		} {
			r, err := http.NewRequest(step.method, server.URL+step.path, strings.NewReader(step.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != step.want || !strings.Contains(string(body), step.text) {
				t.Errorf("%s %s: got %d %s, want %d with %q",
					step.method, step.path, resp.StatusCode, body, step.want, step.text)
			}
		}
	})
}
