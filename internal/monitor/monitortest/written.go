package monitortest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Written has the metrics that functions have written in CloudWatch's embedded metric format, by namespace and by text
// such as "unauthorized by functionName, reason". The strings are the values of the last dimension.
type Written map[string]map[string][]string

// Read adds the metrics of a log whose lines are JSON. It returns an error for a metric without a number in the line,
// and for a dimension without a text, because CloudWatch would drop it.
// Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func (w Written) Read(log string) error {
	for line := range strings.Lines(log) {
		var values map[string]any
		if err := json.Unmarshal([]byte(line), &values); err != nil {
			return fmt.Errorf("%w: %s", err, line)
		}
		var embedded struct {
			AWS struct {
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name string }
				}
			} `json:"_aws"`
		}
		if err := json.Unmarshal([]byte(line), &embedded); err != nil {
			return fmt.Errorf("%w: %s", err, line)
		}
		for _, d := range embedded.AWS.CloudWatchMetrics {
			for _, m := range d.Metrics {
				for _, set := range d.Dimensions {
					if err := w.add(values, d.Namespace, m.Name, set); err != nil {
						return fmt.Errorf("%w: %s", err, line)
					}
				}
			}
		}
	}
	return nil
}

func (w Written) add(values map[string]any, namespace, name string, set []string) error {
	if _, number := values[name].(float64); !number {
		return fmt.Errorf("the metric %s is %v", name, values[name])
	}
	u := Use{Name: name, Dimensions: map[string]string{}}
	last := ""
	for _, dimension := range set {
		text, _ := values[dimension].(string)
		if text == "" {
			return fmt.Errorf("the dimension %s of %s is %v", dimension, name, values[dimension])
		}
		u.Dimensions[dimension], last = text, text
	}
	if w[namespace] == nil {
		w[namespace] = map[string][]string{}
	}
	if known := w[namespace][u.String()]; !slices.Contains(known, last) {
		w[namespace][u.String()] = append(known, last)
	}
	return nil
}

// Missing returns "" if functions have written a metric that is used, or else the reason why not. The values of its
// dimensions must have been written too, except for dimension by, which has the name of the function.
func (w Written) Missing(u Use, by string) string {
	values, written := w[u.Namespace][u.String()]
	if !written {
		return fmt.Sprintf("%s: no function writes %s in %s", u.By, u, u.Namespace)
	}
	for name, value := range u.Dimensions {
		if name != by && value != "" && !slices.Contains(values, value) {
			return fmt.Sprintf("%s: %s is written for %s %q, and not for %q", u.By, u, name, values, value)
		}
	}
	return ""
}
