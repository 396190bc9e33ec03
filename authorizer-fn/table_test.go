package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// TestTable sends requests to the binary that reads sessions from a table. The binary renews an expired token, and
// refuses a session that was ended in the table.
func TestTable(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	path, err := build("./table", "with-a-table", authz.SessionTag, authz.TableTag)
	if err != nil {
		t.Fatal(err)
	}
	const (
		host   = "shop.example.com"
		secret = "Zx81-canary: a secret of more than thirty-two bytes"
		arn    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sessions-AbCdEf"
	)
	issuer := authztest.NewIssuer("")
	issuer.PublishText(authztest.CorpusKeys())
	table := memory.New(nil)
	var newer atomic.Value
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/table", memory.Handler(table))
	mux.HandleFunc("/secrets", func(w http.ResponseWriter, r *http.Request) {
		if asked, _ := io.ReadAll(r.Body); strings.Contains(string(asked), "AWSPREVIOUS") {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"ResourceNotFoundException"}`)
			return
		}
		io.WriteString(w, authztest.Object{"SecretString": secret}.String())
	})
	mux.HandleFunc("/discovery", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		here := "http://" + r.Host
		io.WriteString(w, authztest.Object{
			"issuer": issuer.URL, "authorization_endpoint": here + "/authorize", "token_endpoint": here + "/token",
			"jwks_uri": issuer.JWKSURL(),
		}.String())
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, authztest.Object{
			"access_token": newer.Load().(string), "token_type": "Bearer", "refresh_token": "Zx81-canary-2", "expires_in": 300,
		}.String())
	})
	around := httptest.NewServer(mux)
	defer around.Close()
	api, log := launchBuilt(t, path, issuer, func(c *authz.Config) {
		c.Session = &authz.Session{Host: host, KeysARN: arn, Table: &authz.SessionTable{
			Name: "sessions", DiscoveryURL: around.URL + "/discovery", ClientID: "web", SecretARN: arn,
		}}
	}, "AWS_ENDPOINT_URL_SECRETS_MANAGER="+around.URL+"/secrets", driver.Variable+"="+around.URL+"/table")
	store, err := tablesession.New(tablesession.Options{Host: host, Table: table, Keys: session.KeysOf(secret, nil)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good := authztest.Corpus(issuer.URL, audience, now)[0].Token
	newer.Store(good)
	logIn := func(expires time.Time) string {
		set, err := store.Create(t.Context(), &session.Session{
			Token: good, Refresh: "Zx81-canary", Subject: "user-1", Started: now, Active: now, Got: now, Expires: expires,
		}, issuer.URL, "")
		if err != nil {
			t.Fatal(err)
		}
		cookie, _, _ := strings.Cut(set[0], ";")
		return cookie
	}
	request := func(cookie string) string {
		return invoke(t, api, authztest.RequestEvent("GET", "/orders", http.Header{
			"Cookie": {cookie}, "Sec-Fetch-Site": {"same-origin"},
		}, nil))
	}
	cookie, expired := logIn(now.Add(time.Minute)), logIn(now.Add(-time.Second))
	for _, c := range []struct {
		name, want, cookie string
		asked              int64
	}{
		{"a session", "allowed", cookie, 0},
		{"an unknown handle", "401", cookie[:len(cookie)-6] + "AAAAAA", 0},
		{"an expired token is renewed", "allowed", expired, 1},
		{"the renewed token is used again", "allowed", expired, 1},
	} {
		if got := request(c.cookie); got != c.want || asked.Load() != c.asked {
			t.Errorf("%s: got %s after %d token requests, want %s after %d; log: %s",
				c.name, got, asked.Load(), c.want, c.asked, log)
		}
	}
	if n, err := store.EndSubject(t.Context(), issuer.URL, "user-1"); n != 2 || err != nil {
		t.Errorf("EndSubject: got %d, %v, want 2 sessions", n, err)
	}
	for _, cookie := range []string{cookie, expired} {
		if got := request(cookie); got != "401" {
			t.Errorf("ended session: got %s, want 401; log: %s", got, log)
		}
	}
	// Without the variable of the table in memory, the function calls DynamoDB.
	calls := make(chan string, 100)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- r.Header.Get("X-Amz-Target") + " " + r.Header.Get("Authorization") + " " + string(body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`)
	})
	api, _ = launchBuilt(t, path, issuer, func(c *authz.Config) {
		c.Session = &authz.Session{Host: host, KeysARN: arn, Table: &authz.SessionTable{
			Name: "sessions", DiscoveryURL: around.URL + "/discovery", ClientID: "web", SecretARN: arn,
		}}
	}, "AWS_ENDPOINT_URL_SECRETS_MANAGER="+around.URL+"/secrets", "AWS_ENDPOINT_URL_DYNAMODB="+around.URL,
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret")
	if got := request(cookie); got != "500" {
		t.Errorf("DynamoDB refuses: got %s, want 500", got)
	}
	select {
	case call := <-calls:
		for _, want := range []string{
			"DynamoDB_20120810.BatchGetItem ", "/eu-central-1/dynamodb/aws4_request", `"sessions"`, `"ConsistentRead":true`,
		} {
			if !strings.Contains(call, want) {
				t.Errorf("call of DynamoDB: got %s, want %s in it", call, want)
			}
		}
	default:
		t.Error("the function did not call DynamoDB")
	}
	if text := log.String(); strings.Contains(text, "canary") || strings.Contains(text, cookie[20:40]) ||
		strings.Contains(text, good[:20]) {
		t.Errorf("the log contains a secret: %s", text)
	}
}
