package python

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// TestStructuredLog writes a line of JSON for each record of logging that has the level, and leaves what is printed as
// it is.
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (the members), and
// https://github.com/aws/aws-lambda-python-runtime-interface-client (awslambdaric/lambda_runtime_log_utils.py has the
// form, and bootstrap.py the level)
func TestStructuredLog(t *testing.T) {
	t.Parallel()
	invoke, log := deploy(t, lambdaruntime.Spec{
		Logging: lambdaruntime.Logging{Format: "JSON", Level: "INFO"}, PerTenant: true,
	}, `
import logging
logging.info("before the first event")

def handler(event, context):
    logging.basicConfig(format="not this one")
    logging.debug("below the level")
    logging.info("%s of %d", "one", 2)
    logging.getLogger("orders").warning("two\nlines ä", extra={"order": 7, "absent": None})
    try:
        raise ValueError("no orders")
    except ValueError:
        logging.exception("failed")
    logging.critical("the end")
    print("printed")
`)
	id := invoke("{}").RequestID
	line := func(level, message string) map[string]any {
		return map[string]any{
			"level": level, "requestId": id, "tenantId": tenant.Sample, "message": message, "logger": "root",
		}
	}
	before := line("INFO", "before the first event")
	before["requestId"] = ""
	delete(before, "tenantId")
	orders := line("WARNING", "two\nlines ä")
	orders["logger"], orders["order"] = "orders", 7.0
	failed := line("ERROR", "failed")
	failed["errorType"], failed["errorMessage"] = "ValueError", "no orders"
	failed["location"] = "index.py:handler:13"
	want := []map[string]any{before, line("INFO", "one of 2"), orders, failed, line("CRITICAL", "the end")}
	var got []map[string]any
	for _, fields := range log.Structured(t) {
		if trace, ok := fields["stackTrace"].([]any); ok != (fields["errorType"] != nil) ||
			ok && !strings.Contains(trace[0].(string), `index.py", line 11, in handler`) {
			t.Errorf("got the line %v, want the stack of an error", fields)
		}
		delete(fields, "stackTrace")
		if at, ok := fields["location"].(string); ok {
			fields["location"] = at[strings.LastIndexByte(at, '/')+1:]
		}
		got = append(got, fields)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log: %s\n%s", diff, log)
	}
	log.Await(t, "printed\n", 1)
}

// TestLevels has the levels of AWS_LAMBDA_LOG_LEVEL: Python has no TRACE, and shows warnings if nothing sets a level.
// Source: https://github.com/aws/aws-lambda-python-runtime-interface-client (awslambdaric/lambda_runtime_log_utils.py)
func TestLevels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		logging lambdaruntime.Logging
		want    string
	}{
		{lambdaruntime.Logging{Format: "JSON", Level: "TRACE"}, "10"},
		{lambdaruntime.Logging{Format: "JSON", Level: "DEBUG"}, "10"},
		{lambdaruntime.Logging{Format: "JSON"}, "20"},
		{lambdaruntime.Logging{Format: "JSON", Level: "WARN"}, "30"},
		{lambdaruntime.Logging{Format: "JSON", Level: "FATAL"}, "50"},
		{lambdaruntime.Logging{Format: "Text"}, "30"},
		{lambdaruntime.Logging{}, "30"},
	} {
		invoke, _ := deploy(t, lambdaruntime.Spec{Logging: c.logging}, `
import logging

def handler(event, context):
    return logging.getLogger().getEffectiveLevel()
`)
		if got := runtimetest.Shown(invoke("{}")); got != c.want {
			t.Errorf("%+v: got the level %s, want %s", c.logging, got, c.want)
		}
	}
}

// TestStructuredErrors writes the error of a handler as a line of JSON, as Lambda's runtime does.
// Source: https://github.com/aws/aws-lambda-python-runtime-interface-client (awslambdaric/bootstrap.py, log_error)
func TestStructuredErrors(t *testing.T) {
	t.Parallel()
	invoke, log := deploy(t, lambdaruntime.Spec{Logging: lambdaruntime.Logging{Format: "JSON"}}, `
def handler(event, context):
    raise ValueError("no orders")
`)
	id := invoke("{}").RequestID
	log.Await(t, "no orders", 1)
	var got struct {
		Level, ErrorType, ErrorMessage, RequestID string
		StackTrace                                []string
	}
	for text := range strings.Lines(log.String()) {
		if strings.HasPrefix(text, "{") {
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	if got.Level != "ERROR" || got.ErrorType != "ValueError" || got.ErrorMessage != "no orders" || got.RequestID != id ||
		len(got.StackTrace) != 1 || !strings.Contains(got.StackTrace[0], "line 3, in handler") {
		t.Errorf("got %+v, want the error; log: %s", got, log)
	}
}
