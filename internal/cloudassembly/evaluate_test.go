package cloudassembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

func decode(t *testing.T, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func encode(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

func parse(t *testing.T, template string) *Assembly {
	t.Helper()
	a, err := Parse("Shop", []byte(template))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEvaluate(t *testing.T) {
	a := parse(t, assemblytest.Template)
	for _, c := range []struct{ name, value, want string }{
		{"a string is itself", `"${Env}"`, `"${Env}"`},
		{"numbers keep their digits", `[1.50, 12345678901234567890]`, `[1.50,12345678901234567890]`},
		{"true, false and null", `[true, false, null]`, `[true,false,null]`},
		{"inside maps and lists", `{"a": [{"b": {"Ref": "Env"}}]}`, `{"a":[{"b":"prod"}]}`},
		{"Ref with other members is a plain map, as in a JSON schema", `{"Ref": "Env", "x": 1}`, `{"Ref":"Env","x":1}`},
		{"Condition is plain outside of conditions, as in a policy", `{"Condition": {"StringEquals": {"a": {"Ref": "Env"}}}}`,
			`{"Condition":{"StringEquals":{"a":"prod"}}}`},

		{"Ref of a parameter's default", `{"Ref": "Env"}`, `"prod"`},
		{"a number parameter is a string", `{"Ref": "Size"}`, `"512"`},
		{"a given value", `{"Ref": "Given"}`, `"value"`},
		{"a list parameter, trimmed", `{"Ref": "Zones"}`, `["a","b","c"]`},
		{"an empty list parameter", `{"Ref": "Subnets"}`, `[]`},
		{"a stored parameter stays symbolic", `{"Ref": "Image"}`, `"{{resolve:ssm:/images/latest}}"`},
		{"a list of stored parameters", `{"Ref": "Images"}`, `["{{resolve:ssm:/images/all}}"]`},

		{"region", `{"Ref": "AWS::Region"}`, `"us-east-1"`},
		{"account", `{"Ref": "AWS::AccountId"}`, `"123456789012"`},
		{"partition", `{"Ref": "AWS::Partition"}`, `"aws"`},
		{"URL suffix", `{"Ref": "AWS::URLSuffix"}`, `"amazonaws.com"`},
		{"stack name", `{"Ref": "AWS::StackName"}`, `"Shop"`},
		{"notification ARNs", `{"Ref": "AWS::NotificationARNs"}`, `[]`},
		{"NoValue leaves a member out", `{"a": 1, "b": {"Ref": "AWS::NoValue"}}`, `{"a":1}`},
		{"NoValue leaves an entry out", `[1, {"Ref": "AWS::NoValue"}, 2]`, `[1,2]`},
		{"NoValue by itself is nil", `{"Ref": "AWS::NoValue"}`, `null`},
		{"the stack id ends in a UUID, as apps take it apart",
			`{"Fn::Length": {"Fn::Split": ["-", {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]}}`, `5`},

		{"Ref of a named resource", `{"Ref": "Fn"}`, `"prod-orders"`},
		{"a name that is a number", `{"Ref": "Table"}`, `"7"`},
		{"GetAtt as a list", `{"Fn::GetAtt": ["Fn", "Arn"]}`, `"arn:aws:lambda:us-east-1:123456789012:function:prod-orders"`},
		{"GetAtt as a string", `{"Fn::GetAtt": "Fn.Arn"}`, `"arn:aws:lambda:us-east-1:123456789012:function:prod-orders"`},
		{"GetAtt of a resolved attribute", `{"Fn::GetAtt": ["Fn", {"Fn::Join": ["", ["A", "rn"]]}]}`,
			`"arn:aws:lambda:us-east-1:123456789012:function:prod-orders"`},

		{"Join", `{"Fn::Join": ["-", ["a", {"Ref": "Env"}, 3, true]]}`, `"a-prod-3-true"`},
		{"Join of an empty list", `{"Fn::Join": ["-", []]}`, `""`},
		{"Join of a list that is resolved", `{"Fn::Join": ["+", {"Ref": "Zones"}]}`, `"a+b+c"`},
		{"Join skips NoValue", `{"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, "b"]]}`, `"a-b"`},
		{"Split", `{"Fn::Split": [":", "a::b"]}`, `["a","","b"]`},
		{"Select", `{"Fn::Select": [1, ["a", "b"]]}`, `"b"`},
		{"Select by a string, of a list that is resolved", `{"Fn::Select": ["2", {"Ref": "Zones"}]}`, `"c"`},
		{"Select of Split of GetAtt, as CDK writes an authorizer's region",
			`{"Fn::Select": [3, {"Fn::Split": [":", {"Fn::GetAtt": ["Fn", "Arn"]}]}]}`, `"us-east-1"`},

		{"Sub", `{"Fn::Sub": "${AWS::Region}/${Env}/${Fn}/${Fn.Arn}"}`,
			`"us-east-1/prod/prod-orders/arn:aws:lambda:us-east-1:123456789012:function:prod-orders"`},
		{"Sub with its own variables, which come first",
			`{"Fn::Sub": ["${Env}-${x.y}", {"Env": {"Ref": "Size"}, "x.y": "z"}]}`, `"512-z"`},
		{"Sub with a literal", `{"Fn::Sub": "${!Env} is $${Env} $5 {x}"}`, `"${Env} is $prod $5 {x}"`},

		{"If", `{"Fn::If": ["IsProd", "yes", "no"]}`, `"yes"`},
		{"If does not resolve the other part", `{"Fn::If": ["IsDev", {"Ref": "Open"}, "no"]}`, `"no"`},
		{"If with NoValue", `{"a": {"Fn::If": ["IsDev", "x", {"Ref": "AWS::NoValue"}]}}`, `{}`},
		{"Equals compares numbers and strings alike", `{"Fn::If": ["SizeIs512", 1, 0]}`, `1`},
		{"And", `{"Fn::If": ["Both", 1, 0]}`, `1`},
		{"And of one that does not hold", `{"Fn::If": ["Neither", 1, 0]}`, `0`},
		{"Or", `{"Fn::If": ["Either", 1, 0]}`, `0`},
		{"Or stops at the first that holds", `{"Fn::If": ["Lazy", 1, 0]}`, `1`},

		{"FindInMap", `{"Fn::FindInMap": ["Regions", {"Ref": "AWS::Region"}, "code"]}`, `"iad"`},
		{"FindInMap of a list", `{"Fn::Select": [1, {"Fn::FindInMap": ["Regions", "us-east-1", "list"]}]}`, `"y"`},
		{"FindInMap with a default", `{"Fn::FindInMap": ["Regions", "mars", "code", {"DefaultValue": {"Ref": "Env"}}]}`,
			`"prod"`},

		{"Base64", `{"Fn::Base64": {"Ref": "Env"}}`, `"cHJvZA=="`},
		{"Length", `{"Fn::Length": {"Ref": "Zones"}}`, `3`},
		{"ToJsonString", `{"Fn::ToJsonString": {"b": [{"Ref": "Env"}], "a": "<1>"}}`, `"{\"a\":\"<1>\",\"b\":[\"prod\"]}"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := a.Evaluator(Options{Parameters: map[string]string{"Given": "value"}})
			got, err := e.Evaluate(a.stacks[0], "It", "Properties.X", decode(t, c.value))
			if err != nil {
				t.Fatal(err)
			}
			if encode(t, got) != c.want {
				t.Errorf("got %s, want %s", encode(t, got), c.want)
			}
		})
	}
}

func TestUnresolved(t *testing.T) {
	a := parse(t, assemblytest.Template)
	for _, c := range []struct {
		name, value string
		path        string // after Properties.X
		intrinsic   string
		reason      string // a part of it
		is          error
	}{
		{"an unknown name", `{"a": [{"Ref": "Nope"}]}`, ".a[0]", "Ref", `no parameter or resource "Nope"`, nil},
		{"a Ref of no name", `{"Ref": ["Env"]}`, "", "Ref", "a list of 1", nil},
		{"an unknown pseudo parameter", `{"Ref": "AWS::Moon"}`, "", "Ref", "AWS::Moon", nil},
		{"a parameter without a value", `{"Fn::Join": ["", ["a", {"Ref": "Open"}]]}`, ".Fn::Join[1][1]", "Ref", "Open", nil},
		{"a resource that is not made", `{"Fn::GetAtt": ["Dev", "Arn"]}`, "", "Fn::GetAtt", "condition IsDev does not hold",
			nil},
		{"an attribute of a custom resource", `{"Fn::GetAtt": ["Custom", "Url"]}`, "", "Fn::GetAtt", "Custom.Url", nil},
		{"an attribute that is not known", `{"Fn::GetAtt": ["Strange", "CidrBlock"]}`, "", "Fn::GetAtt", "Strange.CidrBlock",
			nil},
		{"an attribute of an unknown resource", `{"Fn::GetAtt": ["Nope", "Arn"]}`, "", "Fn::GetAtt", `"Nope"`, nil},
		{"GetAtt of too little", `{"Fn::GetAtt": ["Fn"]}`, "", "Fn::GetAtt", "2 arguments", nil},
		{"GetAtt of a list", `{"Fn::GetAtt": [["Fn"], "Arn"]}`, "", "Fn::GetAtt", "a list of 1", nil},
		{"names that are made of each other", `{"Ref": "Chicken"}`, "", "Ref", "Chicken", ErrCycle},
		{"conditions that are made of each other", `{"Fn::If": ["Loop", 1, 2]}`, "", "Fn::If", "condition Loop", ErrCycle},
		{"a name that cannot be resolved", `{"Ref": "Needs"}`, "", "Ref", "Needs has no value", ErrUnresolved},
		{"a name that is a list", `{"Ref": "Listed"}`, "", "Ref", "Listed has no value", nil},
		{"a function that is not known", `{"Fn::Cidr": ["10.0.0.0/8", 2, 8]}`, "", "Fn::Cidr", "not known", nil},
		{"a macro", `{"x": {"Fn::Transform": {"Name": "M"}}}`, ".x", "Fn::Transform", "not known", nil},
		{"a function with other members", `{"Fn::Join": ["", []], "x": 1}`, "", "Fn::Join", "beside other members", nil},
		{"Join of a map", `{"Fn::Join": ["", [{"a": 1}]]}`, "", "Fn::Join", "a map", nil},
		{"Join of a string", `{"Fn::Join": ["", "abc"]}`, "", "Fn::Join", "want a list", nil},
		{"Join of null", `{"Fn::Join": ["", [null]]}`, "", "Fn::Join", "null", nil},
		{"Join without a list", `{"Fn::Join": [""]}`, "", "Fn::Join", "2 arguments", nil},
		{"Split by an empty delimiter", `{"Fn::Split": ["", "abc"]}`, "", "Fn::Split", "delimiter is empty", nil},
		{"Split of a list", `{"Fn::Split": [",", ["a"]]}`, "", "Fn::Split", "want a string", nil},
		{"Select past the end", `{"Fn::Select": [2, ["a", "b"]]}`, "", "Fn::Select", "index below 2", nil},
		{"Select of a negative index", `{"Fn::Select": [-1, ["a", "b"]]}`, "", "Fn::Select", "index below 2", nil},
		{"Select of no number", `{"Fn::Select": ["x", ["a", "b"]]}`, "", "Fn::Select", "index below 2", nil},
		{"Sub of an unknown name", `{"Fn::Sub": "a${Nope}"}`, "", "Fn::Sub", `"Nope"`, nil},
		{"Sub of an unknown attribute", `{"Fn::Sub": "a${Strange.X}"}`, "", "Fn::Sub", "Strange.X", nil},
		{"Sub that is not closed", `{"Fn::Sub": "a${Env"}`, "", "Fn::Sub", "without }", nil},
		{"Sub of no name", `{"Fn::Sub": "a${}"}`, "", "Fn::Sub", "names nothing", nil},
		{"Sub of a list", `{"Fn::Sub": "a${Zones}"}`, "", "Fn::Sub", "want a string for ${Zones}", nil},
		{"Sub of a number", `{"Fn::Sub": 1}`, "", "Fn::Sub", "want a string", nil},
		{"Sub with a variable that is a map", `{"Fn::Sub": ["${a}", {"a": {}}]}`, "", "Fn::Sub", "a map", nil},
		{"If of an unknown condition", `{"Fn::If": ["Nope", 1, 2]}`, "", "Fn::If", `no condition "Nope"`, nil},
		{"If of too little", `{"Fn::If": ["IsProd", 1]}`, "", "Fn::If", "3 arguments", nil},
		{"If of a list", `{"Fn::If": [["IsProd"], 1, 2]}`, "", "Fn::If", "name of a condition", nil},
		{"If of a condition that cannot be resolved", `{"Fn::If": ["NeedsOpen", 1, 2]}`, "", "Fn::If", "NeedsOpen", nil},
		{"a function of rules in a condition", `{"Fn::If": ["Odd", 1, 2]}`, "", "Fn::If", "condition Odd", nil},
		{"Equals outside of conditions", `{"Fn::Equals": [1, 1]}`, "", "Fn::Equals", "not known", nil},
		{"FindInMap in no mapping", `{"Fn::FindInMap": ["Nope", "a", "b"]}`, "", "Fn::FindInMap", `no mapping "Nope"`, nil},
		{"FindInMap of no key", `{"Fn::FindInMap": ["Regions", "mars", "code"]}`, "", "Fn::FindInMap", `"mars", "code"`, nil},
		{"ImportValue of an unknown export", `{"Fn::ImportValue": "Other:X"}`, "", "Fn::ImportValue", `"Other:X"`, nil},
		{"GetStackOutput of no stack", `{"Fn::GetStackOutput": {"StackName": "Other", "OutputName": "X"}}`, "",
			"Fn::GetStackOutput", `"Other"`, nil},
		{"GetStackOutput of a string", `{"Fn::GetStackOutput": "X"}`, "", "Fn::GetStackOutput", "want a map", nil},
		{"Length of a string", `{"Fn::Length": "abc"}`, "", "Fn::Length", "want a list", nil},
		{"Base64 of a list", `{"Fn::Base64": []}`, "", "Fn::Base64", "want a string", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := a.Evaluator(Options{}).Evaluate(a.stacks[0], "It", "Properties.X", decode(t, c.value))
			var u *UnresolvedError
			if !errors.As(err, &u) {
				t.Fatalf("got %v, %v, want an UnresolvedError", got, err)
			}
			want := UnresolvedError{Stack: "Shop", LogicalID: "It", Path: "Properties.X" + c.path, Intrinsic: c.intrinsic,
				Reason: u.Reason, Err: u.Err}
			if !reflect.DeepEqual(*u, want) {
				t.Errorf("got %+v, want %+v", *u, want)
			}
			if !strings.Contains(u.Reason, c.reason) {
				t.Errorf("got the reason %q, want one with %q", u.Reason, c.reason)
			}
			if !errors.Is(err, ErrUnresolved) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v is not ErrUnresolved, or not %v", err, c.is)
			}
		})
	}
}

// TestErrorText checks that an error has the whole chain: the use of the value, and the cause at its end.
func TestErrorText(t *testing.T) {
	a := parse(t, assemblytest.Template)
	_, err := a.Evaluator(Options{}).Evaluate(a.stacks[0], "It", "Properties.Uri",
		decode(t, `{"Fn::Join": ["", ["x", {"Fn::GetAtt": ["Needs", "Arn"]}]]}`))
	want := "assembly: Shop/It/Properties.Uri.Fn::Join[1][1]: Fn::GetAtt: Needs.Arn has no value, " +
		"as Shop/Needs/Properties.QueueName: Ref: parameter Open has no value, " +
		"as Shop/Parameters.Open: Ref: the parameter Open has no default and no value: give it one with --parameters " +
		"Shop:Open=VALUE, or in a test with Model.Parameters of its options"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestParametersGiven(t *testing.T) {
	const template = `{"Parameters": {"P": {"Type": "String", "Default": "default"}, "S": {"Type": ` +
		`"AWS::SSM::Parameter::Value<String>", "Default": "/x"}}, "Resources": {}}`
	for _, c := range []struct {
		name, ref  string
		parameters map[string]string
		want       string
	}{
		{"the default", "P", nil, "default"},
		{"by name", "P", map[string]string{"P": "1"}, "1"},
		{"by stack and name, which comes first", "P", map[string]string{"P": "1", "Shop:P": "2"}, "2"},
		{"of another stack", "P", map[string]string{"Other:P": "2"}, "default"},
		{"an empty one", "P", map[string]string{"P": ""}, ""},
		{"a stored one is given by its value", "S", map[string]string{"S": "the value"}, "the value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := parse(t, template)
			got, err := a.Evaluator(Options{Parameters: c.parameters}).Evaluate(a.stacks[0], "", "",
				map[string]any{"Ref": c.ref})
			if err != nil || got != c.want {
				t.Errorf("got %v, %v, want %q", got, err, c.want)
			}
		})
	}
}

// TestGrowth checks templates that multiply themselves: they must end in an error soon, not in a hang or a full memory.
func TestGrowth(t *testing.T) {
	var laughs strings.Builder // each condition's strings are twice as long as the one before
	laughs.WriteString(`{"Resources": {"Q0": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "ha"}}`)
	for i := 1; i < 60; i++ {
		n, before := string(rune('0'+i/10))+string(rune('0'+i%10)), i-1
		p := string(rune('0'+before/10)) + string(rune('0'+before%10))
		if before == 0 {
			p = "0"
		}
		laughs.WriteString(
			`, "Q` + n + `": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${Q` + p + `.QueueName}${Q` +
				p + `.QueueName}"}}}`,
		)
	}
	laughs.WriteString(`}}`)
	deep := strings.Repeat(`{"Fn::Select": [0, [`, 2000) + `"x"` + strings.Repeat(`]]}`, 2000)
	for _, c := range []struct{ name, template, value string }{
		{"names that double", laughs.String(), `{"Ref": "Q59"}`},
		{"values in values", `{"Resources": {}}`, deep},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := parse(t, c.template)
			_, err := a.Evaluator(Options{}).Evaluate(a.stacks[0], "", "", decode(t, c.value))
			if !errors.Is(err, ErrTooLarge) {
				t.Errorf("got %.200v, want ErrTooLarge", err)
			}
			if err != nil && len(err.Error()) > 4096 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}
