package functionlog

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// TestRepeats checks that only the lines of an included authorizer repeat what a record says, and not its errors.
func TestRepeats(t *testing.T) {
	var log Log
	log.Know([]*apimodel.Function{
		{Name: "included", Environment: map[string]string{authz.ConfigVariable: "{}"}}, {Name: "own"},
	}, nil)
	const denied = `{"level":"INFO","message":"decision","outcome":"denied","reason":"rights","missing":"scope a"}`
	for name, c := range map[string]struct {
		function string
		stream   lambdaruntime.Stream
		text     string
		want     bool
	}{
		"a decision":                 {"included", lambdaruntime.Stdout, denied, true},
		"a decision of your own":     {"own", lambdaruntime.Stdout, denied, false},
		"a function that is unknown": {"gone", lambdaruntime.Stdout, denied, false},
		"an answer of 401":           {"included", lambdaruntime.Platform, "errorString: Unauthorized", true},
		"your own answer of 401":     {"own", lambdaruntime.Platform, "errorString: Unauthorized", false},
		"another error":              {"included", lambdaruntime.Platform, "errorString: no table", false},
		"a text of the function's":   {"included", lambdaruntime.Stdout, "errorString: Unauthorized", false},
		"a fetch of keys":            {"included", lambdaruntime.Stdout, `{"message":"keys","keys":1}`, false},
		"a decision that failed": {
			"included", lambdaruntime.Stdout, `{"message":"decision","outcome":"failed","reason":"keys"}`, false,
		},
		"a hook's error": {
			"included", lambdaruntime.Stdout, `{"message":"decision","outcome":"denied","reason":"hook","error":"x"}`, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			line := lambdaruntime.LogLine{Function: c.function, Stream: c.stream, Text: c.text}
			if got := log.Repeats(line); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
