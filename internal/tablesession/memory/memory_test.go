package memory_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/tabletest"
)

func TestTable(t *testing.T) {
	tabletest.Run(t, func(*testing.T) tablesession.Table { return memory.New(nil) })
}

func TestDial(t *testing.T) {
	tabletest.Run(t, func(t *testing.T) tablesession.Table {
		server := httptest.NewServer(memory.Handler(memory.New(nil)))
		t.Cleanup(server.Close)
		table, err := memory.Dial(server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		return table
	})
}

// TestItemsAreCopied checks that a caller's later changes do not affect the table.
func TestItemsAreCopied(t *testing.T) {
	table := memory.New(nil)
	item := tabletest.Item("p", "s", 1)
	if err := table.Put(t.Context(), item, 0); err != nil {
		t.Fatal(err)
	}
	item.Data[0], item.Version = 'x', 9
	for range 2 {
		got, err := table.Get(t.Context(), item.Key)
		if err != nil || got[0].Version != 1 || got[0].Data[0] != 0 {
			t.Fatalf("got %+v, %v", got[0], err)
		}
		got[0].Data[0], got[0].Version = 'y', 8
	}
}

// TestSweep checks that expired items are removed while others are written, as DynamoDB does in its own time.
func TestSweep(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	table := memory.New(func() time.Time { return now })
	old, other := tabletest.Item("p", "old", 1), tabletest.Item("p", "other", 1)
	old.Ends = now.Add(time.Minute)
	if err := table.Put(t.Context(), old, 0); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if got, _ := table.Get(t.Context(), old.Key); got[0] == nil {
		t.Error("the item is gone at once")
	}
	for version := range int64(2000) {
		other.Version = version + 1
		if err := table.Put(t.Context(), other, version); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := table.Query(t.Context(), "p"); len(got) != 1 || err != nil {
		t.Errorf("%d items, %v, want only the other one", len(got), err)
	}
}

func TestHandlerRefuses(t *testing.T) {
	handler := memory.Handler(memory.New(nil))
	for _, tt := range []struct {
		name, method, kind, origin, body string
		want                             int
	}{
		{"a form of a page", "POST", "application/x-www-form-urlencoded", "", "{}", 403},
		{"a script of a page", "POST", "application/json", "https://evil.example", `{"call":"query"}`, 403},
		{"a navigation", "GET", "", "", "", 403},
		{"no JSON", "POST", "application/json", "", "{", 400},
		{"an unknown call", "POST", "application/json", "", `{"call":"drop"}`, 400},
		{"a put of nothing", "POST", "application/json", "", `{"call":"put"}`, 400},
		{"a put of null", "POST", "application/json", "", `{"call":"put","items":[null]}`, 400},
		{"a delete of nothing", "POST", "application/json", "", `{"call":"delete"}`, 400},
		{"too much", "POST", "application/json", "", `{"partition":"` + strings.Repeat("x", 2<<20) + `"}`, 400},
		{"a query", "POST", "application/json; charset=utf-8", "", `{"call":"query","partition":"p"}`, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "/", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

func TestDialRefuses(t *testing.T) {
	for _, address := range []string{
		"", "127.0.0.1:80", "https://127.0.0.1/", "http://example.com/", "http://10.0.0.1/", "http://127.0.0.1.example.com/",
	} {
		if _, err := memory.Dial(address, nil); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

type answers func(*http.Request) (*http.Response, error)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestDialFails checks that an answer that does not come from a table is an error and does not count as a missing item.
func TestDialFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
	}{
		{"another server", 404, "not found"},
		{"a page", 200, "<html>"},
		{"no items", 200, "{}"},
		{"too many", 200, `{"items":[null,null]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := memory.Dial("http://localhost:1/", answers(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: tt.status, Status: "status", Body: io.NopCloser(strings.NewReader(tt.body)), Request: r,
				}, nil
			}))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := table.Get(t.Context(), tablesession.Key{Partition: "p", Sort: "s"}); err == nil {
				t.Errorf("get: got %v", got)
			}
			if got, err := table.Delete(t.Context(), tablesession.Key{Partition: "p", Sort: "s"}, 0); err == nil {
				t.Errorf("delete: got %v", got)
			}
		})
	}
	table, err := memory.Dial("http://[::1]:1/", answers(func(*http.Request) (*http.Response, error) {
		return nil, io.ErrUnexpectedEOF
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Put(context.Background(), tabletest.Item("p", "s", 1), 0); err == nil {
		t.Error("put: no error")
	}
}
