package integration

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// bound returns an integration as CDK resolves it.
func bound(t *testing.T, text string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	sqsURI = `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":apigateway:",{"Ref":"AWS::Region"},":sqs:path/1/jobs"]]}`
	role   = `{"Fn::GetAtt":["Role","Arn"]}`
)

func mustParse(t *testing.T, pattern string) route.Pattern {
	t.Helper()
	p, err := route.Parse(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func same(t *testing.T, name string, got any, want string) {
	t.Helper()
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var g, w any
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%s are\n%s\nwant\n%s", name, text, want)
	}
}
