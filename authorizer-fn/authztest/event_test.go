package authztest_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// The event has the members that the local gateway's has, whose golden files follow recorded events.
func TestRequestEventIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "internal", "apigateway", "events", "testdata", "request-bare.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	for _, c := range []struct {
		to   *map[string]any
		text []byte
	}{
		{&want, text},
		{&got, authztest.RequestEvent("GET", "/orders/7", http.Header{"User-Agent": {"a", "b"}}, nil)},
	} {
		if err := json.Unmarshal(c.text, c.to); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(members("", want), members("", got)); diff != "" {
		t.Errorf("members (-local gateway +authztest):\n%s", diff)
	}
	identity := got["requestContext"].(map[string]any)["identity"].(map[string]any)
	if identity["userAgent"] != "b" {
		t.Errorf("the user agent is %v, want that of the request", identity["userAgent"])
	}
}

// members are the names of all members of an object but its headers, with the kinds of objects.
func members(above string, object map[string]any) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value, isObject := object[name].(map[string]any)
		switch {
		case name == "headers" || name == "multiValueHeaders":
			names = append(names, above+name)
		case isObject:
			names = append(append(names, above+name+" {}"), members(above+name+".", value)...)
		default:
			names = append(names, above+name)
		}
	}
	return names
}
