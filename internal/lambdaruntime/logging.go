package lambdaruntime

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Logging is the logging configuration of a function, as in the template.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
type Logging struct {
	Group  string // default "/aws/lambda/" and the function's name
	Format string // "JSON" or "Text"; default no variable
	Level  string // log level of the application, such as "WARN"; default "INFO" with the format JSON, else no variable
}

// defaultLevel is the log level of a function with the format JSON, and of its lines without a level.
const defaultLevel = "INFO"

// levels are the log levels, those with most detail first.
var levels = []string{"TRACE", "DEBUG", defaultLevel, "WARN", "ERROR", "FATAL"}

// level returns the lowest log level that is sent to CloudWatch Logs; "" if lines are not filtered.
func (l Logging) level() string {
	if l.Format == "JSON" {
		return cmp.Or(l.Level, defaultLevel)
	}
	return l.Level
}

// filters reports whether Lambda leaves out a line of the application. It filters only with the format JSON. A line of
// JSON without a valid level has the level INFO. A line of text also has it on Lambda; here it is always shown, because
// it may say why a function failed.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func (l Logging) filters(line string) bool {
	if l.Format != "JSON" || !strings.HasPrefix(line, "{") {
		return false
	}
	var record struct {
		Level any `json:"level"`
	}
	if json.Unmarshal([]byte(line), &record) != nil {
		return false
	}
	text, _ := record.Level.(string)
	level := strings.ToUpper(text)
	switch level { // as Python spells them
	case "WARNING":
		level = "WARN"
	case "CRITICAL":
		level = "FATAL"
	}
	if !slices.Contains(levels, level) {
		level = defaultLevel
	}
	return slices.Index(levels, level) < slices.Index(levels, strings.ToUpper(l.level()))
}
