package authztest_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// RequestEvent writes the members that the local gateway writes. The local gateway's golden files follow recorded
// events.
func TestRequestEventMembers(t *testing.T) {
	text, err := os.ReadFile("../../internal/apigateway/events/testdata/request-bare.json")
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
		t.Errorf("userAgent: got %v, want the last User-Agent header, b", identity["userAgent"])
	}
}

// members returns the names of an object's members, also of nested ones. Of headers, it returns only the name.
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
