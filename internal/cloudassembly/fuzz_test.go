package cloudassembly

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

// slow is much longer than any valid input takes, and much shorter than a template that multiplies itself would take.
const slow = time.Minute

// FuzzEvaluate evaluates any value in a template that has one of everything. Evaluation must end, and an error must
// have the place and the cause.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		`{"Ref": "Env"}`, `{"Fn::GetAtt": ["Fn", "Arn"]}`, `{"Fn::Sub": "${Env}-${Fn.Arn}-${!x}"}`,
		`{"Fn::Sub": ["${a}", {"a": {"Ref": "Size"}}]}`,
		`{"Fn::Join": ["", ["a", {"Ref": "AWS::Region"}]]}`, `{"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}`,
		`{"Fn::If": ["Both", 1, {"Ref": "AWS::NoValue"}]}`,
		`{"Fn::If": ["Loop", 1, 2]}`, `{"Ref": "Chicken"}`,
		`{"Fn::FindInMap": ["Regions", {"Ref": "AWS::Region"}, "code", {"DefaultValue": 1}]}`,
		`{"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}:X"}}`,
		`{"Fn::GetStackOutput": {"StackName": "Shop", "OutputName": "X"}}`,
		`{"Fn::ToJsonString": {"a": [1, true, null]}}`, `{"Fn::Length": {"Ref": "Zones"}}`, `{"Fn::Base64": "x"}`,
		`[[[{"Fn::Join": 1}]]]`, `{"Fn::": 1}`, `{"Fn::Join": ["", []], "x": 1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		a := parse(t, assemblytest.Template)
		start := time.Now()
		e := a.Evaluator(Options{})
		got, err := e.Evaluate(a.stacks[0], "It", "Properties.X", v)
		var u *UnresolvedError
		switch {
		case err != nil && (!errors.As(err, &u) || u.Intrinsic == "" || u.Reason == "" || u.Stack != "Shop" ||
			u.LogicalID != "It"):
			t.Errorf("%s: the error %#v does not say what and where", text, err)
		case err == nil && hasIntrinsic(got):
			t.Errorf("%s: got %v, which still has a function", text, got)
		}
		again, err2 := e.Evaluate(a.stacks[0], "It", "Properties.X", v)
		if (err == nil) != (err2 == nil) || encode(t, got) != encode(t, again) {
			t.Errorf("%s: got %v, %v, and then %v, %v", text, got, err, again, err2)
		}
		if d := time.Since(start); d > slow {
			t.Errorf("%s took %s", text, d)
		}
	})
}

// hasIntrinsic reports whether a value still holds a call. A Ref may be left, of a map that had more members.
func hasIntrinsic(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if strings.HasPrefix(name, "Fn::") || hasIntrinsic(member) {
				return true
			}
		}
	case []any:
		for _, entry := range v {
			if hasIntrinsic(entry) {
				return true
			}
		}
	}
	return false
}
