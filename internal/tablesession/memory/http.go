package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// message is a call of a table, or its answer, in JSON.
type message struct {
	Call      string             `json:"call,omitempty"` // get, put, delete or query
	Keys      []tablesession.Key `json:"keys,omitempty"`
	Partition string             `json:"partition,omitempty"`
	Version   int64              `json:"version,omitempty"`
	Items     []*item            `json:"items,omitempty"`
}

// item is an item in JSON.
type item struct {
	Partition, Sort     string
	Version, Generation int64
	Ends                int64 // seconds since 1970
	Data                []byte
}

func toMessage(items []*tablesession.Item) message {
	var m message
	for _, i := range items {
		if i == nil {
			m.Items = append(m.Items, nil)
			continue
		}
		m.Items = append(m.Items, &item{i.Partition, i.Sort, i.Version, i.Generation, i.Ends.Unix(), i.Data})
	}
	return m
}

func (m message) items() []*tablesession.Item {
	var items []*tablesession.Item
	for _, i := range m.Items {
		if i == nil {
			items = append(items, nil)
			continue
		}
		items = append(items, &tablesession.Item{
			Key: tablesession.Key{Partition: i.Partition, Sort: i.Sort}, Version: i.Version, Generation: i.Generation,
			Ends: time.Unix(i.Ends, 0), Data: i.Data,
		})
	}
	return items
}

// The maximum sizes of a request and an answer.
const (
	maxRequest = 1 << 20
	maxAnswer  = 64 << 20
)

// Handler serves a table to [Dial]. It must be served on the loopback interface only, because it requires no
// credentials. It refuses requests that a page in a browser can send.
func Handler(t *Table) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Method != http.MethodPost || kind != "application/json" || r.Header.Get("Origin") != "" {
			http.Error(w, "memory: want a POST of application/json that is not from a page", http.StatusForbidden)
			return
		}
		var m message
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&m); err != nil {
			http.Error(w, "memory: the request is not a call of a table: "+err.Error(), http.StatusBadRequest)
			return
		}
		answer, err := t.call(r.Context(), m)
		switch {
		case errors.Is(err, tablesession.ErrConflict):
			http.Error(w, err.Error(), http.StatusConflict)
			return
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

// call carries out a call.
func (t *Table) call(ctx context.Context, m message) (message, error) {
	var items []*tablesession.Item
	var err error
	switch given := m.items(); {
	case m.Call == "get":
		items, err = t.Get(ctx, m.Keys...)
	case m.Call == "put" && len(given) == 1 && given[0] != nil:
		err = t.Put(ctx, given[0], m.Version)
	case m.Call == "delete" && len(m.Keys) == 1:
		var gone *tablesession.Item
		gone, err = t.Delete(ctx, m.Keys[0], m.Version)
		items = []*tablesession.Item{gone}
	case m.Call == "query":
		items, err = t.Query(ctx, m.Partition)
	default:
		err = fmt.Errorf("memory: unknown call %q, or one without its arguments: want get, put, delete or query",
			m.Call)
	}
	return toMessage(items), err
}

// remote is a table that another process serves.
type remote struct {
	url    string
	client *http.Client
}

// Dial returns the table that [Handler] serves at a URL of the loopback interface, without contacting it. The default
// transport uses no proxy.
func Dial(address string, transport http.RoundTripper) (tablesession.Table, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("memory: the table's URL is %q: want one of the loopback interface, like %q", address,
			"http://127.0.0.1:3000/table")
	}
	if transport == nil {
		transport = &http.Transport{MaxIdleConnsPerHost: 16}
	}
	return &remote{address, &http.Client{Transport: transport, Timeout: 10 * time.Second}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (r *remote) call(ctx context.Context, m message) ([]*tablesession.Item, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusConflict:
		return nil, tablesession.ErrConflict
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("memory: the table at %s answers %s: %.200s", r.url, resp.Status, text)
	}
	var answer message
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("memory: the table at %s answers no JSON: %w", r.url, err)
	}
	return answer.items(), nil
}

// exactly makes a call whose answer must have n items.
func (r *remote) exactly(ctx context.Context, n int, m message) ([]*tablesession.Item, error) {
	items, err := r.call(ctx, m)
	if err == nil && len(items) != n {
		err = fmt.Errorf("memory: the table at %s answers with %d items: want %d", r.url, len(items), n)
	}
	return items, err
}

// Get implements [tablesession.Table].
func (r *remote) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	return r.exactly(ctx, len(keys), message{Call: "get", Keys: keys})
}

// Put implements [tablesession.Table].
func (r *remote) Put(ctx context.Context, item *tablesession.Item, version int64) error {
	m := toMessage([]*tablesession.Item{item})
	m.Call, m.Version = "put", version
	_, err := r.call(ctx, m)
	return err
}

// Delete implements [tablesession.Table].
func (r *remote) Delete(ctx context.Context, key tablesession.Key, version int64) (*tablesession.Item, error) {
	items, err := r.exactly(ctx, 1, message{Call: "delete", Keys: []tablesession.Key{key}, Version: version})
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// Query implements [tablesession.Table].
func (r *remote) Query(ctx context.Context, partition string) ([]*tablesession.Item, error) {
	return r.call(ctx, message{Call: "query", Partition: partition})
}
