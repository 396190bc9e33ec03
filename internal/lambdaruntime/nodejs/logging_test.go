package nodejs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// TestStructuredLog writes a line of JSON for each call of console, with "timestamp", "level", "message" and
// "requestId", and none below the level.
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html (the members),
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html (the functions), and
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client (src/logging: constants.ts has the levels,
// log-patch.ts the functions, and formatter.test.ts the forms of errors and objects)
func TestStructuredLog(t *testing.T) {
	t.Parallel()
	invoke, log := deploy(t, lambdaruntime.Spec{
		Handler: "index.handler", Dir: t.TempDir(), Logging: lambdaruntime.Logging{Format: "JSON", Level: "DEBUG"},
		PerTenant: true,
	}, `
console.log("before the first event");
exports.handler = async () => {
	class OrderError extends Error {}
	const error = new OrderError("no orders");
	error.stack = "OrderError: no orders\n    at orders.js:1:1";
	const circle = {};
	circle.self = circle;
	console.trace("below the level");
	console.debug("a text");
	console.log("%s of %d", "one", 2);
	console.info({ order: { id: 7 } });
	console.warn("two\nlines");
	console.error(error);
	console.error("Error at: %s", error);
	console.fatal(circle);
	console.log(1n);
	console.log();
};`)
	id := invoke("{}").RequestID
	parts := map[string]any{
		"errorType": "OrderError", "errorMessage": "no orders",
		"stackTrace": []any{"OrderError: no orders", "    at orders.js:1:1"},
	}
	line := func(level string, message any) map[string]any {
		return map[string]any{"level": level, "requestId": id, "tenantId": tenant.Sample, "message": message}
	}
	withError := line("ERROR", "Error at: OrderError: no orders\n    at orders.js:1:1")
	for name, value := range parts {
		withError[name] = value
	}
	empty := line("INFO", nil)
	delete(empty, "message")
	want := []map[string]any{
		{"level": "INFO", "message": "before the first event"},
		line("DEBUG", "a text"),
		line("INFO", "one of 2"),
		line("INFO", map[string]any{"order": map[string]any{"id": 7.0}}),
		line("WARN", "two\nlines"),
		line("ERROR", parts),
		withError,
		line("FATAL", "<ref *1> { self: [Circular *1] }"),
		line("INFO", "1n"),
		empty,
	}
	if diff := cmp.Diff(want, log.Structured(t)); diff != "" {
		t.Errorf("the log: %s\n%s", diff, log)
	}
}

// TestStructuredErrors writes the error of a handler as a line of JSON, as Lambda's runtime does.
// Source: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client (src/logging/log-patch.ts)
func TestStructuredErrors(t *testing.T) {
	t.Parallel()
	invoke, log := deploy(t, lambdaruntime.Spec{
		Runtime: "nodejs2.x", Handler: "index.handler", Dir: t.TempDir(),
		Logging: lambdaruntime.Logging{Format: "JSON", Level: "ERROR"},
	}, `exports.handler = async () => { console.log("below the level"); throw new TypeError("no orders") }`)
	if got := runtimetest.Shown(invoke("{}")); got != "TypeError: no orders" {
		t.Errorf("got %s, want TypeError: no orders", got)
	}
	lines := log.Structured(t)
	if len(lines) != 1 {
		t.Fatalf("got the log %s, want a line of JSON", log)
	}
	message, _ := lines[0]["message"].(map[string]any)
	if lines[0]["level"] != "ERROR" || message["errorType"] != "TypeError" || message["errorMessage"] != "no orders" ||
		message["stackTrace"] == nil {
		t.Errorf("got the line %v, want the error", lines[0])
	}
	log.Await(t, "Lambda runs this function with Node.js 2; here it is ", 1) // a note of this machine, whatever the level
}

// TestTextLog leaves the log as text with the format Text, at all levels.
func TestTextLog(t *testing.T) {
	t.Parallel()
	invoke, log := deploy(t, lambdaruntime.Spec{
		Handler: "index.handler", Dir: t.TempDir(), Logging: lambdaruntime.Logging{Format: "Text"},
	}, `exports.handler = async () => { console.debug("an order"); console.error("no order") }`)
	invoke("{}")
	log.Await(t, "an order\n", 1)
	log.Await(t, "no order\n", 1)
	if strings.Contains(log.String(), "timestamp") {
		t.Errorf("got the log %s, want text", log)
	}
}
