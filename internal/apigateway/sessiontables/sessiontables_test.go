package sessiontables

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

const (
	loginWithTable = `{"clientId":"web","table":"a/b"}`
	guardWithTable = `{"session":{"host":"shop.example.com","table":{"name":"a/b"}}}`
)

// TestFunctionsShareATable checks that functions with the same table share it, and that functions with another table
// have another address.
func TestFunctionsShareATable(t *testing.T) {
	var tables Tables
	defer tables.Close()
	at := func(name, value string) tablesession.Table {
		t.Helper()
		env := map[string]string{name: value}
		if err := tables.AddTo(env, nil); err != nil {
			t.Fatal(err)
		}
		table, err := memory.Dial(env[driver.Variable], nil)
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	logins, guards := at(login.Variable, loginWithTable), at(authz.ConfigVariable, guardWithTable)
	other := at(login.Variable, `{"table":"c"}`)
	ctx, key := t.Context(), tablesession.Key{Partition: "p", Sort: "s"}
	if err := logins.Put(ctx, &tablesession.Item{Key: key, Version: 1}, 0); err != nil {
		t.Fatal(err)
	}
	has := func(table tablesession.Table) bool {
		t.Helper()
		items, err := table.Get(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		return items[0] != nil
	}
	if !has(guards) || !has(tables.Table("a/b")) || has(other) {
		t.Errorf("the guard has it: %t; another table: %t", has(guards), has(other))
	}
	for _, path := range []string{"", "x", "%61%2Fb"} { // the last one is the name in other escapes
		if resp := post(t, tables.base+path); resp != http.StatusNotFound {
			t.Errorf("%q: status %d", path, resp)
		}
	}
	secret, _, _ := strings.Cut(strings.TrimPrefix(tables.base, "http://127.0.0.1:"), "/")
	if resp := post(t, "http://127.0.0.1:"+secret+"/guess/a%2Fb"); resp != http.StatusNotFound {
		t.Errorf("without the secret part of the address: status %d", resp)
	}
}

func post(t *testing.T, url string) (status int) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestFunctionsWithoutATableHere checks that a function is unchanged if it does not have sessions in a table, or has
// the address of a DynamoDB.
func TestFunctionsWithoutATableHere(t *testing.T) {
	const dynamo = "AWS_ENDPOINT_URL_DYNAMODB"
	for name, c := range map[string]struct {
		env   map[string]string
		given map[string]string
	}{
		"no environment":             {},
		"sessions in cookies":        {env: map[string]string{login.Variable: `{"clientId":"web"}`}},
		"a guard of tokens":          {env: map[string]string{authz.ConfigVariable: `{"issuers":[]}`}},
		"not JSON":                   {env: map[string]string{login.Variable: `x`}},
		"a DynamoDB in the template": {env: map[string]string{login.Variable: loginWithTable, dynamo: "http://x"}},
		"a DynamoDB by --env": {
			env: map[string]string{login.Variable: loginWithTable}, given: map[string]string{dynamo: "http://x"},
		},
	} {
		var tables Tables
		err := tables.AddTo(c.env, c.given)
		if _, told := c.env[driver.Variable]; err != nil || told || tables.base != "" {
			t.Errorf("%s: %v, told of %s", name, err, c.env[driver.Variable])
		}
	}
}

func TestIn(t *testing.T) {
	m := &apimodel.Model{Functions: []*apimodel.Function{
		{Environment: map[string]string{login.Variable: loginWithTable}},
		{Environment: map[string]string{authz.ConfigVariable: guardWithTable}},
		{Environment: map[string]string{"TABLE": "orders"}},
	}}
	if diff := cmp.Diff(map[string]bool{"a/b": true}, In(m)); diff != "" {
		t.Error(diff)
	}
}
