// Package sessiontables holds the tables in which included functions keep sessions, in memory. The functions of a login
// and of its guards share them over loopback.
package sessiontables

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// Tables are the tables of a gateway. They live as long as it does, so reloading the assembly ends no session. Tables
// are safe for concurrent use.
type Tables struct {
	Now func() time.Time // the clock

	mu     sync.Mutex
	byName map[string]*memory.Table
	server *http.Server
	base   string // the URL that a table's name is appended to; "" until a table is needed
}

// Table returns the table of the given name.
func (t *Tables) Table(name string) *memory.Table {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open(name)
}

func (t *Tables) open(name string) *memory.Table {
	if t.byName == nil {
		t.byName = map[string]*memory.Table{}
	}
	if t.byName[name] == nil {
		t.byName[name] = memory.New(t.Now)
	}
	return t.byName[name]
}

// url returns the URL at which a function finds a table. Its path is random, since other users of the machine can reach
// the loopback interface too.
func (t *Tables) url(name string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.base == "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		t.base = "http://" + l.Addr().String() + "/" + rand.Text() + "/"
		t.server = &http.Server{Handler: http.HandlerFunc(t.serve), ReadHeaderTimeout: 5 * time.Second}
		go t.server.Serve(l)
	}
	t.open(name)
	return t.base + url.PathEscape(name), nil
}

// serve answers requests for the table that the URL names.
func (t *Tables) serve(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	var found *memory.Table
	for name, table := range t.byName {
		if "http://"+r.Host+r.URL.EscapedPath() == t.base+url.PathEscape(name) {
			found = table
		}
	}
	t.mu.Unlock()
	if found == nil {
		http.NotFound(w, r)
		return
	}
	memory.Handler(found).ServeHTTP(w, r)
}

// Close stops serving the tables.
func (t *Tables) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.server != nil {
		t.server.Close()
	}
}

// AddTo points a function with sessions in a table to the table here, unless its environment, or what is added to that
// of every function, names another DynamoDB endpoint.
func (t *Tables) AddTo(env, added map[string]string) error {
	name := tableOf(env)
	if name == "" || env[dynamoVariable] != "" || added[dynamoVariable] != "" {
		return nil
	}
	at, err := t.url(name)
	if err != nil {
		return fmt.Errorf("the table of its sessions cannot be served here: %w", err)
	}
	env[driver.Variable] = at
	return nil
}

// dynamoVariable is the variable that sets the endpoint of Amazon DynamoDB in AWS SDKs.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const dynamoVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// tableOf returns the name of the table in which an included function keeps sessions; "" for any other function.
// Errors in the configuration are ignored here: the function reports them when it starts.
func tableOf(env map[string]string) string {
	var l struct{ Table string }
	_ = json.Unmarshal([]byte(env[login.Variable]), &l)
	if l.Table != "" {
		return l.Table
	}
	var a struct {
		Session struct{ Table struct{ Name string } }
	}
	_ = json.Unmarshal([]byte(env[authz.ConfigVariable]), &a)
	return a.Session.Table.Name
}

// In returns the names of the tables in which functions of a model keep sessions.
func In(m *apimodel.Model) map[string]bool {
	out := map[string]bool{}
	for _, f := range m.Functions {
		if name := tableOf(f.Environment); name != "" {
			out[name] = true
		}
	}
	return out
}
