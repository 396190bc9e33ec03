// Package monitortest finds the metrics that the alarms and dashboards of a template use, and those that functions
// write. Tests compare the two.
package monitortest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Use is a metric that an alarm or a dashboard uses.
type Use struct {
	By         string // the logical ID of the alarm or dashboard
	Namespace  string
	Name       string
	Dimensions map[string]string // values by name; for a reference, the logical ID; "" for any value
}

// String returns the metric as a function writes it: "unauthorized by functionName, reason".
func (u Use) String() string {
	var names []string
	for name := range u.Dimensions {
		names = append(names, name)
	}
	slices.Sort(names)
	return u.Name + " by " + strings.Join(names, ", ")
}

// usesOf returns the metrics that a CloudFormation template uses.
func usesOf(template []byte) (out []Use, err error) {
	var parsed struct {
		Resources map[string]struct {
			Type       string
			Properties json.RawMessage
		}
	}
	if err := json.Unmarshal(template, &parsed); err != nil {
		return nil, err
	}
	for id, r := range parsed.Resources {
		var found []Use
		switch r.Type {
		case "AWS::CloudWatch::Alarm":
			found, err = alarmUses(r.Properties)
		case "AWS::CloudWatch::Dashboard":
			found, err = dashboardUses(r.Properties)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		for _, u := range found {
			u.By = id
			out = append(out, u)
		}
	}
	return out, nil
}

type metric struct {
	Namespace, MetricName string
	Dimensions            []struct {
		Name  string
		Value any
	}
}

func (m metric) use() Use {
	u := Use{Namespace: m.Namespace, Name: m.MetricName, Dimensions: map[string]string{}}
	for _, d := range m.Dimensions {
		u.Dimensions[d.Name] = reference(d.Value)
	}
	return u
}

// reference returns a value as text. For {"Ref": "X"} and {"Fn::GetAtt": ["X", "Arn"]} it returns X.
func reference(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case map[string]any:
		for _, argument := range v {
			return reference(argument)
		}
	case []any:
		for _, argument := range v {
			return reference(argument)
		}
	}
	return fmt.Sprint(value)
}

func alarmUses(properties []byte) (out []Use, err error) {
	var alarm struct {
		metric
		Metrics []struct {
			Expression string
			MetricStat struct{ Metric metric }
		}
	}
	if err := json.Unmarshal(properties, &alarm); err != nil {
		return nil, err
	}
	if alarm.MetricName != "" {
		out = append(out, alarm.use())
	}
	for _, m := range alarm.Metrics {
		if m.Expression == "" {
			out = append(out, m.MetricStat.Metric.use())
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("an alarm without a metric: %s", properties)
	}
	return out, nil
}

// search matches a search for metrics by the values of a dimension.
var search = regexp.MustCompile(`^SEARCH\('\{([^,}]+),([^}]+)\} MetricName="([^"]+)" (\w+)="([^"]+)"', 'Sum', 300\)$`)

// ofDashboard reads the metrics of the graphs. Each is an array of namespace, name, and names and values of dimensions,
// or a metric with an expression.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
func dashboardUses(properties []byte) (out []Use, err error) {
	var dashboard struct{ DashboardBody any }
	if err := json.Unmarshal(properties, &dashboard); err != nil {
		return nil, err
	}
	var body struct {
		Widgets []struct {
			Type       string
			Properties struct {
				Title   string
				Metrics [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(joined(dashboard.DashboardBody)), &body); err != nil {
		return nil, err
	}
	for _, w := range body.Widgets {
		for _, row := range w.Properties.Metrics {
			if rendering, alone := row[0].(map[string]any); alone {
				expression, _ := rendering["expression"].(string)
				if m := search.FindStringSubmatch(expression); m != nil {
					u := Use{Namespace: m[1], Name: m[3], Dimensions: map[string]string{}}
					for name := range strings.SplitSeq(m[2], ",") {
						u.Dimensions[name] = ""
					}
					u.Dimensions[m[4]] = m[5]
					out = append(out, u)
				} else if !strings.HasPrefix(expression, "IF(") {
					return nil, fmt.Errorf("graph %q: unknown expression %q", w.Properties.Title, expression)
				}
				continue
			}
			u := Use{Namespace: fmt.Sprint(row[0]), Name: fmt.Sprint(row[1]), Dimensions: map[string]string{}}
			for i := 2; i+1 < len(row); i += 2 {
				u.Dimensions[fmt.Sprint(row[i])] = fmt.Sprint(row[i+1])
			}
			out = append(out, u)
		}
	}
	return out, nil
}

// joined returns a text that CloudFormation joins from parts, with logical IDs in place of references.
func joined(value any) string {
	join, _ := value.(map[string]any)
	parts, _ := join["Fn::Join"].([]any)
	if len(parts) != 2 {
		return reference(value)
	}
	var b strings.Builder
	for _, piece := range parts[1].([]any) {
		b.WriteString(reference(piece))
	}
	return b.String()
}
