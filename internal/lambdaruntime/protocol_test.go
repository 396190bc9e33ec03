package lambdaruntime

import (
	"encoding/json"
	"maps"
	"testing"
)

// TestTheRuntimeAPIOutOfTurn has a process that makes invalid requests: a wrong ID gets 400, a wrong state 403, and
// everything else 202.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func TestTheRuntimeAPIOutOfTurn(t *testing.T) {
	p := newPool(t, Options{MaxProcesses: 1})
	add(t, p, fault("protocol"))
	first := map[string]int{
		"response before work":     403,
		"unknown path":             404,
		"unknown verb":             404,
		"next from a browser":      403,
		"next with another Origin": 403,
		"next with another Host":   403,
		"next while busy":          403,
		"init error while busy":    403,
		"response with another id": 400,
		"error with another id":    400,
	}
	second := maps.Clone(first)
	maps.Copy(second, map[string]int{"response": 202, "second response": 403, "error after response": 403})
	for _, want := range []map[string]int{first, second} {
		var got map[string]int
		if err := json.Unmarshal([]byte(answered(t, p, "protocol", "")), &got); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	}
}
