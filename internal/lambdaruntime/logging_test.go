package lambdaruntime

import "testing"

// TestLevels filters the log by level, as
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html describes: "your function
// code must output log events to stdout or stderr as JSON formatted objects that contain a key value pair with the
// key "level" [...] If the "level" value field is invalid or missing, Lambda will assign the log output the level
// INFO", and "To use log-level filtering, your function must be configured to use the JSON log format". The page also
// says that with the level WARN, lines at INFO and DEBUG are not sent, and that the default level is INFO.
func TestLevels(t *testing.T) {
	for _, c := range []struct {
		name    string
		logging Logging
		line    string
		want    bool // whether it is left out
	}{
		{"the page's example", Logging{Format: "JSON"},
			`{"level": "debug", "msg": "my debug log", "timestamp": "2024-11-02T16:51:31.587199Z"}`, true},
		{"the page's example with its level", Logging{Format: "JSON", Level: "DEBUG"},
			`{"level": "debug", "msg": "my debug log", "timestamp": "2024-11-02T16:51:31.587199Z"}`, false},
		{"the default level", Logging{Format: "JSON"}, `{"level":"INFO"}`, false},
		{"below", Logging{Format: "JSON", Level: "WARN"}, `{"level":"INFO"}`, true},
		{"at", Logging{Format: "JSON", Level: "WARN"}, `{"level":"WARN"}`, false},
		{"above", Logging{Format: "JSON", Level: "WARN"}, `{"level":"ERROR"}`, false},
		{"all", Logging{Format: "JSON", Level: "TRACE"}, `{"level":"TRACE"}`, false},
		{"the highest", Logging{Format: "JSON", Level: "FATAL"}, `{"level":"ERROR"}`, true},
		{"Python's name of WARN", Logging{Format: "JSON", Level: "WARN"}, `{"level":"WARNING"}`, false},
		{"Python's name of FATAL", Logging{Format: "JSON", Level: "FATAL"}, `{"level":"CRITICAL"}`, false},
		{"no level", Logging{Format: "JSON", Level: "WARN"}, `{"msg":"an order"}`, true},
		{"no level, at the default", Logging{Format: "JSON"}, `{"msg":"an order"}`, false},
		{"a level that is not one", Logging{Format: "JSON", Level: "WARN"}, `{"level":"DEBUG-4"}`, true},
		{"a level that is a number", Logging{Format: "JSON"}, `{"level":10}`, false},
		{"text, which is shown here", Logging{Format: "JSON", Level: "ERROR"}, "panic: no orders", false},
		{"text that begins as JSON", Logging{Format: "JSON", Level: "ERROR"}, `{"level":"INFO"`, false},
		{"the format Text", Logging{Format: "Text"}, `{"level":"DEBUG"}`, false},
		{"no format", Logging{}, `{"level":"DEBUG"}`, false},
	} {
		if got := c.logging.filters(c.line); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestDefaultLevel sets AWS_LAMBDA_LOG_LEVEL to the default level if the format is JSON: "behind the scenes Lambda sets
// the application log level in the runtime using the AWS_LAMBDA_LOG_LEVEL environment variable".
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func TestDefaultLevel(t *testing.T) {
	for _, c := range []struct {
		logging Logging
		want    string
	}{
		{Logging{Format: "JSON"}, "INFO"},
		{Logging{Format: "JSON", Level: "ERROR"}, "ERROR"},
		{Logging{Format: "Text"}, ""},
		{Logging{}, ""},
	} {
		if got := c.logging.level(); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.logging, got, c.want)
		}
	}
}
