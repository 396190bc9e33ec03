package apigateway

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// TestLogLevel leaves lines of JSON below a function's log level out of the log, as Lambda does.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func TestLogLevel(t *testing.T) {
	nodepeer.Need(t)
	r := bare()
	inJavaScript(t, r, "Fn", `
exports.handler = async () => {
	process.stdout.write('{"level":"info","message":"below the level"}\n');
	process.stdout.write('{"level":"error","message":"above the level"}\n');
	process.stdout.write("a text\n");
	return { statusCode: 200 };
};`, true)
	r["Fn"].(object)["Properties"].(object)["LoggingConfig"] = object{"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}
	addRoute(r, "GET /orders", proxy("Fn"))
	var mu sync.Mutex
	var got []string
	s := serve(t, r, func(o *Options) {
		o.Functions.Log = func(line lambdaruntime.LogLine) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, line.Text)
		}
	})
	if reply := s.send(t, "GET /prod/orders"); reply.status != 200 {
		t.Fatalf("got %d (%s), want 200", reply.status, reply.record.Reason)
	}
	mu.Lock()
	defer mu.Unlock()
	got = slices.DeleteFunc(got, func(text string) bool { return strings.HasPrefix(text, "Lambda runs this function") })
	if want := []string{`{"level":"error","message":"above the level"}`, "a text"}; !slices.Equal(got, want) {
		t.Errorf("got the log %q, want %q", got, want)
	}
}
