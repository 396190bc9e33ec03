package monitortest

import (
	"slices"
	"strings"
	"testing"
)

const line = `{"functionName":"authorizer","reason":"expired","unauthorized":1,"_aws":{"Timestamp":1,` +
	`"CloudWatchMetrics":[{"Namespace":"Gatehouse","Dimensions":[["functionName"],["functionName","reason"]],` +
	`"Metrics":[{"Name":"unauthorized"}]}]}}`

func TestWritten(t *testing.T) {
	w := Written{}
	if err := w.Read(line + "\n" + `{"message":"without metrics"}` + "\n"); err != nil {
		t.Fatal(err)
	}
	use := func(name string, dimensions map[string]string) Use {
		return Use{By: "Alarm", Namespace: "Gatehouse", Name: name, Dimensions: dimensions}
	}
	for _, c := range []struct {
		name, want string
		use        Use
	}{
		{"by the function", "", use("unauthorized", map[string]string{"functionName": "Fn"})},
		{"by a reason", "", use("unauthorized", map[string]string{"functionName": "Fn", "reason": "expired"})},
		{"by any reason", "", use("unauthorized", map[string]string{"functionName": "Fn", "reason": ""})},
		{"another name", "Alarm: no function writes denied by functionName in Gatehouse",
			use("denied", map[string]string{"functionName": "Fn"})},
		{"other dimensions", "Alarm: no function writes unauthorized by reason in Gatehouse",
			use("unauthorized", map[string]string{"reason": "expired"})},
		{"another reason", `and not for "signature"`,
			use("unauthorized", map[string]string{"functionName": "Fn", "reason": "signature"})},
	} {
		if got := w.Missing(c.use, "functionName"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLogsThatCloudWatchDropsMetricsOf(t *testing.T) {
	for name, c := range map[string]struct{ old, replacement, want string }{
		"not JSON":       {"{", "", "invalid character"},
		"no number":      {`"unauthorized":1`, `"unauthorized":"1"`, "the metric unauthorized is 1"},
		"no dimension":   {`"reason":"expired",`, "", "the dimension reason of unauthorized is <nil>"},
		"another number": {`"unauthorized":1`, `"denied":1`, "the metric unauthorized is <nil>"},
	} {
		err := Written{}.Read(strings.Replace(line, c.old, c.replacement, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestUses(t *testing.T) {
	uses, err := usesOf([]byte(`{"Resources":{
		"Plain":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Namespace":"N","MetricName":"plain",
			"Dimensions":[{"Name":"FunctionName","Value":{"Ref":"Fn"}}]}},
		"Math":{"Type":"AWS::CloudWatch::Alarm","Properties":{"Metrics":[{"Expression":"a"},
			{"MetricStat":{"Metric":{"Namespace":"N","MetricName":"part","Dimensions":[]}}}]}},
		"Board":{"Type":"AWS::CloudWatch::Dashboard","Properties":{"DashboardBody":{"Fn::Join":["",[
			"{\"widgets\":[{\"type\":\"text\",\"properties\":{}},",
			"{\"type\":\"metric\",\"properties\":{\"metrics\":[[\"N\",\"graph\",\"FunctionName\",\"",
			{"Fn::GetAtt":["Fn","Arn"]},
			"\",{\"stat\":\"Sum\"}],",
			"[{\"expression\":\"SEARCH('{N,f,reason} MetricName=\\\"found\\\" f=\\\"x\\\"', 'Sum', 300)\"}],",
			"[{\"expression\":\"IF(a, b, 0)\"}]]}}]}"]]}}},
		"Topic":{"Type":"AWS::SNS::Topic"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range uses {
		got = append(got, u.By+": "+u.Namespace+" "+u.String())
	}
	slices.Sort(got)
	want := []string{
		"Board: N found by f, reason",
		"Board: N graph by FunctionName",
		"Math: N part by ",
		"Plain: N plain by FunctionName",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, u := range uses {
		if by := u.Dimensions["FunctionName"]; u.Name == "plain" && by != "Fn" || u.Name == "graph" && by != "Fn" {
			t.Errorf("%s is of %q", u, by)
		}
	}
}

func TestUsesThatAreNotKnown(t *testing.T) {
	for name, template := range map[string]string{
		"an alarm without a metric": `{"Resources":{"A":{"Type":"AWS::CloudWatch::Alarm","Properties":{}}}}`,
		"an unknown expression": `{"Resources":{"D":{"Type":"AWS::CloudWatch::Dashboard","Properties":{"DashboardBody":` +
			`"{\"widgets\":[{\"properties\":{\"metrics\":[[{\"expression\":\"SORT(a)\"}]]}}]}"}}}}`,
		"not JSON": `{`,
	} {
		if uses, err := usesOf([]byte(template)); err == nil {
			t.Errorf("%s: %v", name, uses)
		}
	}
}
