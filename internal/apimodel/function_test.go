package apimodel

import (
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestCode(t *testing.T) {
	for _, c := range []struct {
		name, properties, metadata string
		want                       Code   // paths in the assembly
		problem                    string // part of the only one; "" for none
		is                         error
	}{
		{"a folder", `"Code": {"S3Bucket": "b", "S3Key": "f.zip"}`, "{}", Code{Folder: "asset.f"}, "", nil},
		{"a key that is resolved", `"Code": {"S3Key": {"Fn::Join": ["", ["f", ".zip"]]}}`, "{}", Code{Folder: "asset.f"}, "",
			nil},
		{"a file", `"Code": {"S3Key": "deploy-time/z.zip"}`, "{}", Code{Zip: "asset.z.zip"}, "", nil},
		{"inline", `"Code": {"ZipFile": "x = 1"}`, "{}", Code{Inline: "x = 1"}, "", nil},
		{"a key that is a parameter, as older apps have it", `"Code": {"S3Key": {"Ref": "Open"}}`,
			`{"aws:asset:path": "asset.f"}`, Code{Folder: "asset.f"}, "", nil},
		{"an asset that is gone", `"Code": {"S3Key": "g.zip"}`, "{}", Code{Outside: `{"S3Key":"g.zip"}`},
			"asset.g is gone: run \"cdk synth\" again",
			cloudassembly.ErrNoAsset},
		{"an asset that a command makes", `"Code": {"S3Key": "m.zip"}`, "{}", Code{Outside: `{"S3Key":"m.zip"}`},
			"Made/Code is made by a command",
			cloudassembly.ErrNoAsset},
		{"code in a bucket", `"Code": {"S3Bucket": "mine", "S3Key": "code.zip"}`, "{}",
			Code{Outside: `{"S3Bucket":"mine","S3Key":"code.zip"}`},
			`nothing in the assembly is uploaded as "code.zip"`, cloudassembly.ErrNoAsset},
		{"a key that has no value", `"Code": {"S3Key": {"Ref": "Open"}}`, "{}", Code{Outside: `{"S3Key":{"Ref":"Open"}}`},
			"parameter Open has no value",
			cloudassembly.ErrUnresolved},
		{"no code", `"Code": {}`, "{}", Code{Outside: "{}"}, "S3Key is missing", nil},
		{"a container image", `"Code": {"ImageUri": "x"}, "PackageType": "Image", "ImageConfig": {"Command": ["c"]}`, "{}",
			Code{Outside: `{"ImageUri":"x"} {"Command":["c"]}`}, "container image", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, dir := assemblyWith(t,
				`"F": {"Type": "AWS::Lambda::Function", "Metadata": `+c.metadata+`, "Properties": {`+c.properties+`}}`)
			m := Read(a, cloudassembly.Options{})
			for _, path := range []*string{&c.want.Folder, &c.want.Zip} {
				if *path != "" {
					*path = filepath.Join(dir, *path)
				}
			}
			if got := m.Functions[0].Code; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			switch {
			case c.problem == "" && len(m.Problems) > 0, c.problem != "" && len(m.Problems) != 1:
				t.Errorf("got problems %v", m.Problems)
			case c.problem != "":
				p := m.Problems[0]
				if !strings.Contains(p.What, c.problem) || !p.Blocks || p.ID != (ID{"Shop", "F"}) || c.is != nil &&
					!errors.Is(p.Err, c.is) {
					t.Errorf("got %+v, want one with %q", p, c.problem)
				}
			}
		})
	}
}

func TestFunctionDefaults(t *testing.T) {
	m := Read(parse(t,
		`{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}}}}`),
		cloudassembly.Options{})
	f := m.Functions[0]
	if f.Timeout != 3*time.Second || f.MemoryMB != 128 || f.Concurrency != nil ||
		len(m.Problems) != 0 {
		t.Errorf("got %+v, %v", f, m.Problems)
	}
}

// TestFunctionLogging reads how a function logs.
func TestFunctionLogging(t *testing.T) {
	m := Read(parse(t, `{"Resources": {
		"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/shop/orders"}},
		"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "Runtime": "nodejs22.x",
			"LoggingConfig": {"LogGroup": {"Ref": "Group"}, "LogFormat": "JSON", "ApplicationLogLevel": "WARN"}}},
		"G": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "Runtime": "provided.al2023",
			"LoggingConfig": {"LogFormat": "JSON"}}}}}`), cloudassembly.Options{})
	want := Logging{Group: "/shop/orders", Format: "JSON", Level: "WARN"}
	if f := m.Functions[0]; f.Logging != want || m.Functions[1].Logging != (Logging{Format: "JSON"}) {
		t.Errorf("got %+v and %+v, want %+v", f.Logging, m.Functions[1].Logging, want)
	}
	if len(m.Problems) != 0 {
		t.Errorf("got the problems %+v, want none", m.Problems)
	}
}

// TestEnvironmentVariables checks that a variable without a value is reported, and never read as empty.
func TestEnvironmentVariables(t *testing.T) {
	a := parse(t, `{"Resources": {
	  "Thing": {"Type": "Custom::Thing"},
	  "F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "Environment": {"Variables": {
	    "PLAIN": "a", "NUMBER": 5, "FLAG": true, "EMPTY": "", "NONE": {"Ref": "AWS::NoValue"},
	    "SECRET": "{{resolve:secretsmanager:key}}", "CUSTOM": {"Fn::GetAtt": ["Thing", "Url"]}, "LIST": ["a"]}}}}}}`)
	m := Read(a, cloudassembly.Options{})
	f := m.Functions[0]
	want := map[string]string{"PLAIN": "a", "NUMBER": "5", "FLAG": "true", "EMPTY": "",
		"SECRET": "{{resolve:secretsmanager:key}}"}
	if !maps.Equal(f.Environment, want) {
		t.Errorf("got %v, want %v", f.Environment, want)
	}
	if len(f.Unresolved) != 1 || !strings.Contains(f.Unresolved["CUSTOM"], "Thing.Url") {
		t.Errorf("got unresolved %v, want only CUSTOM", f.Unresolved)
	}
	given := Read(a, cloudassembly.Options{Environment: map[string]string{"CUSTOM": "here", "SECRET": "mine",
		"PLAIN": "not this"}})
	if f := given.Functions[0]; f.Environment["CUSTOM"] != "here" || f.Environment["SECRET"] != "mine" ||
		f.Environment["PLAIN"] != "a" ||
		f.Unresolved != nil || len(given.Problems) != 1 {
		t.Errorf("got %v, %v, %v, want a given value where the template's is not known", f.Environment, f.Unresolved,
			given.Problems)
	}
	problems(t, m, []string{
		`Shop/F: Properties.Environment.Variables.LIST: want a string, got a list of 1 (blocks)`,
		`Shop/F: the variable SECRET holds "{{resolve:secretsmanager:key}}", which only CloudFormation resolves` +
			`: give it one with --env SECRET=VALUE, or in a test with Model.Environment of its options`,
		`Shop/F: unresolved: Shop/F/Properties.Environment.Variables.CUSTOM: Fn::GetAtt: Thing.Url has no value, as ` +
			`Shop/Thing: Fn::GetAtt: Url is made by the function of a custom resource when the stack is deployed` +
			`: give it one with --env CUSTOM=VALUE, or in a test with Model.Environment of its options (blocks)`,
	})
}

// problems compares all problems of a model.
func problems(t *testing.T, m *Model, want []string) {
	t.Helper()
	var got []string
	for _, p := range m.Problems {
		text := p.String()
		if p.Blocks {
			text += " (blocks)"
		}
		got = append(got, text)
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got problems\n%s\nwant\n%s", g, w)
	}
}

func TestFunctionOf(t *testing.T) {
	m := &Model{Functions: []*Function{
		{ID: ID{"Prod/Shop", "F"}, Name: "orders", ARN: "arn:aws:lambda:us-east-1:123456789012:function:orders"},
		{ID: ID{"Test/Shop", "F"}, Name: "orders", ARN: "arn:aws:lambda:us-east-1:123456789012:function:orders"},
		{ID: ID{"Shop", "Broken"}},
	}}
	for _, c := range []struct{ name, arn, stack, function, qualifier string }{
		{"by ARN, of the nearest stack", "arn:aws:lambda:us-east-1:123456789012:function:orders", "Test/Api", "Test/Shop/F",
			""},
		{"of none nearer, the first", "arn:aws:lambda:us-east-1:123456789012:function:orders", "Other", "Prod/Shop/F", ""},
		{"an alias", "arn:aws:lambda:us-east-1:123456789012:function:orders:live", "Prod/Shop", "Prod/Shop/F", "live"},
		{"by name", "orders", "Prod/Shop", "Prod/Shop/F", ""},
		{"an alias by name", "orders:live", "Prod/Shop", "Prod/Shop/F", "live"},
		{"of another region", "arn:aws:lambda:eu-west-1:123456789012:function:orders", "Prod/Shop", "", ""},
		{"another service", "arn:aws:sqs:us-east-1:123456789012:orders", "Prod/Shop", "", ""},
		{"a layer", "arn:aws:lambda:us-east-1:123456789012:layer:orders:1", "Prod/Shop", "", ""},
		{"an empty name is not the function without a name", "", "Shop", "", ""},
		{"an alias of an empty name", ":live", "Shop", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, qualifier := m.FunctionOf(c.arn, c.stack)
			got := ""
			if f != nil {
				got = f.ID.String()
			}
			if got != c.function || qualifier != c.qualifier {
				t.Errorf("got %q, %q, want %q, %q", got, qualifier, c.function, c.qualifier)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	for _, c := range []struct{ name, environment, want string }{
		{"none", `{}`, ""},
		{"as the template has them", `{"Variables": {"TABLE": {"Ref": "Table"}, "MODE": "strict"}}`,
			"MODE=strict TABLE=${Table}"},
		{"of a function", `{"Fn::If": ["Prod", {"Variables": {"A": "1"}}, {"Ref": "AWS::NoValue"}]}`,
			`*=${{"Fn::If":["Prod",{"Variables":{"A":"1"}},{"Ref":"AWS::NoValue"}]}}`},
		{"whose names are of a function", `{"Variables": {"Fn::FindInMap": ["A", "B", "C"]}}`,
			`*=${{"Fn::FindInMap":["A","B","C"]}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t,
				`{"Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": `+c.environment+`}}}}`),
				cloudassembly.Options{})
			var got []string
			for _, name := range []string{"*", "MODE", "TABLE"} {
				if v, ok := m.Functions[0].Variables[name]; ok {
					got = append(got, name+"="+v)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %s", got, c.want)
			}
		})
	}
}

func TestFunctionURLs(t *testing.T) {
	m := Read(parse(t, api(
		"Open",
		`{"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE", "TargetFunctionArn": {"Fn::GetAtt": `+
			`["Fn", "Arn"]}}}`,
		"Signed",
		`{"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "AWS_IAM", "TargetFunctionArn": {"Ref": "Fn"}, `+
			`"Qualifier": "live"}}`,
		"Other",
		`{"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE", "TargetFunctionArn": "elsewhere"}}`,
		"Lost",
		`{"Type": "AWS::Lambda::Url", "Properties": {"AuthType": {"Ref": "Nope"}, "TargetFunctionArn": {"Ref": "Fn"}}}`,
	)), cloudassembly.Options{})
	var got []string
	for _, u := range m.FunctionURLs {
		name := "-"
		if u.Function != nil {
			name = u.Function.LogicalID
		}
		got = append(got, u.LogicalID+"="+name+":"+u.Qualifier+":"+u.AuthType)
	}
	if got, want := strings.Join(got, " "), "Lost=Fn:: Open=Fn::NONE Other=-::NONE Signed=Fn:live:AWS_IAM"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLayerCode has a layer of the stack, and one of elsewhere.
func TestLayerCode(t *testing.T) {
	m := Read(parse(t, `{"Resources": {
	  "L": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": {"S3Bucket": "b", "S3Key": "a.zip"}}},
	  "F": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "h", "Runtime": "nodejs22.x",
	    "Code": {"ZipFile": "x"}, "Layers": [{"Ref": "L"}, "arn:aws:lambda:us-east-1:123456789012:layer:x:1"]}}}}`),
		cloudassembly.Options{})
	if got := m.Functions[0].LayerCode; len(got) != 1 || got[0] != `{"S3Bucket":"b","S3Key":"a.zip"}` {
		t.Errorf("got %q", got)
	}
}
