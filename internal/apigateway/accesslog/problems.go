package accesslog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// Problems returns the problems that a format has on AWS: what makes the deployment fail, unknown variables, and lines
// that would not be JSON.
func (f *Format) Problems() (list []string) {
	add := func(format string, a ...any) {
		if text := fmt.Sprintf(format, a...); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	if strings.ContainsAny(f.text, "\r\n") {
		// "A single line format", in
		// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-accesslogsetting.html
		add("the format has a line break, and the deployment fails: \"Access Log format must be single line, new line " +
			"character is allowed only at end of the format\"")
	}
	if !f.has("requestId") && !f.has("extendedRequestId") {
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html: "The access log format
		// must include at least $context.requestId or $context.extendedRequestId."
		add("the format has neither $context.requestId nor $context.extendedRequestId, and the deployment fails: add one")
	}
	for _, p := range f.parts {
		if p.variable != "" && p.get == nil {
			add("$context.%s is not a variable of access logs, which have - in its place%s", p.variable, similar(p.variable))
		}
	}
	for _, what := range f.notJSON() {
		add("%s", what)
	}
	return list
}

func (f *Format) has(name string) bool {
	return slices.ContainsFunc(f.parts, func(p part) bool { return p.variable == name })
}

// similar returns a hint at a variable whose name differs only in case, or "".
func similar(name string) string {
	for _, known := range slices.Concat(slices.Sorted(maps.Keys(variables)), unknown, mapping.ContextNames()) {
		if strings.EqualFold(known, name) {
			return ": did you mean $context." + known + "?"
		}
	}
	return ""
}

// always are the variables whose value is a number in every line.
var always = []string{"requestTimeEpoch", "responseLatency", "responseLength", "status"}

// messageString is the variable whose value includes quotes.
const messageString = "error.messageString"

// notJSON returns why lines of a format that begins like JSON would not be JSON.
func (f *Format) notJSON() (list []string) {
	if !strings.HasPrefix(strings.TrimSpace(f.text), "{") {
		return nil
	}
	// A number is valid JSON with and without quotes around it.
	if numbers := f.fill(-1, ""); !json.Valid([]byte(numbers)) {
		return []string{"the format begins like JSON, and its lines are not JSON: check quotes, commas and brackets"}
	}
	for i, p := range f.parts {
		switch {
		case p.variable == "" || slices.Contains(always, p.variable):
		case p.variable == messageString:
			list = append(list, "a line is not JSON where $context.error.messageString has no value, or is in quotes, since it "+
				"has quotes of its own: write \"$context.error.message\"")
		case !json.Valid([]byte(f.fill(i, none))):
			list = append(list, fmt.Sprintf("a line is not JSON where $context.%s has no value, which is -: put the "+
				"variable in quotes", p.variable))
		}
	}
	return list
}

// fill returns a line with the value for the variable at the index, and with 0 for all others.
func (f *Format) fill(index int, value string) string {
	var b strings.Builder
	for i, p := range f.parts {
		switch {
		case p.variable == "":
			b.WriteString(p.text)
		case i == index:
			b.WriteString(value)
		default:
			b.WriteByte('0')
		}
	}
	return b.String()
}
