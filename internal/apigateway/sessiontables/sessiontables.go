// Package sessiontables replaces the DynamoDB tables of sessions in the local gateway. It keeps the tables in memory
// and serves them over loopback HTTP, so that the functions of a login and of its guards share them.
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

// Tables has the tables of a gateway. The tables outlive a reload of the assembly, so a reload does not end sessions.
// Tables is safe for concurrent use.
type Tables struct {
	Now func() time.Time // the clock

	mu     sync.Mutex
	byName map[string]*memory.Table
	server *http.Server
	base   string // the URL of the tables, which ends in a slash; "" until the first table is served
}

// Table returns the table with a name. It creates the table at the first call.
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

// url returns the URL of a table. The URL has a random part, because other users of the machine can also connect to the
// loopback interface.
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

// AddTo adds the URL of its table to the environment of a function that keeps sessions in a table. It adds nothing if
// env or added, the variables that all functions get, sets a DynamoDB endpoint.
func (t *Tables) AddTo(env, added map[string]string) error {
	name := tableOf(env)
	if name == "" || env[dynamoVariable] != "" || added[dynamoVariable] != "" {
		return nil
	}
	at, err := t.url(name)
	if err != nil {
		return fmt.Errorf("serving the table %q of its sessions: %w: add --env %s=URL to use another DynamoDB",
			name, err, dynamoVariable)
	}
	env[driver.Variable] = at
	return nil
}

// dynamoVariable is the variable that sets the endpoint of Amazon DynamoDB in AWS SDKs.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const dynamoVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// tableOf returns the name of the table in which an included function keeps sessions, or "". It ignores errors in the
// configuration, which the function reports when it starts.
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

// In returns the names of the tables in which a model's functions keep sessions.
func In(m *apimodel.Model) map[string]bool {
	out := map[string]bool{}
	for _, f := range m.Functions {
		if name := tableOf(f.Environment); name != "" {
			out[name] = true
		}
	}
	return out
}
