package cloudassembly

import (
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// assemblyWith is an assembly of one stack with assets: a folder, a zip file, one that is gone, and one that is made.
func assemblyWith(t *testing.T, resources string) (a *Assembly, dir string) {
	t.Helper()
	dir = folder(t, map[string]string{
		"manifest.json": `{"version": "54.0.0", "artifacts": {
		  "Shop.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Shop.assets.json"}},
		  "Shop": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Shop.template.json"}}}}`,
		"Shop.assets.json": `{"version": "54.0.0", "files": {
		  "f": {"source": {"path": "asset.f", "packaging": "zip"}, "destinations": {"d": {"bucketName": "b", "objectKey": "f.zip"}}},
		  "z": {"source": {"path": "asset.z.zip", "packaging": "file"}, "destinations": {"d": {"bucketName": "b", "objectKey": "deploy-time/z.zip"}}},
		  "g": {"displayName": "Gone/Code", "source": {"path": "asset.g", "packaging": "zip"}, "destinations": {"d": {"bucketName": "b", "objectKey": "g.zip"}}},
		  "m": {"displayName": "Made/Code", "source": {"executable": ["make"], "packaging": "zip"}, "destinations": {"d": {"bucketName": "b", "objectKey": "m.zip"}}},
		  "n": {"source": {"path": "nested.template.json", "packaging": "file"}, "destinations": {"d": {"bucketName": "b", "objectKey": "n.json"}}},
		  "o": {"source": {"path": "asset.z.zip", "packaging": "file"}, "destinations": {"d": {"bucketName": "b", "objectKey": "on.json"}, "e": {"bucketName": "c", "objectKey": "x/n.json"}}},
		  "self": {"source": {"path": "Shop.template.json", "packaging": "file"}, "destinations": {"d": {"bucketName": "b", "objectKey": "self.json"}}}}}`,
		"Shop.template.json":   `{"Parameters": {"Open": {"Type": "String"}}, "Resources": {` + resources + `}}`,
		"asset.f/bootstrap":    "x",
		"asset.z.zip":          "x",
		"nested.template.json": `{"Parameters": {"Name": {"Type": "String"}}, "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}}, "Id": {"Value": {"Ref": "AWS::StackId"}}}}`,
	})
	a, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a, dir
}

func TestCode(t *testing.T) {
	for _, c := range []struct {
		name, properties, metadata string
		want                       Code   // paths in the assembly
		problem                    string // part of the only one; "" for none
		is                         error
	}{
		{"a folder", `"Code": {"S3Bucket": "b", "S3Key": "f.zip"}`, "{}", Code{Folder: "asset.f"}, "", nil},
		{"a key that is resolved", `"Code": {"S3Key": {"Fn::Join": ["", ["f", ".zip"]]}}`, "{}", Code{Folder: "asset.f"}, "", nil},
		{"a file", `"Code": {"S3Key": "deploy-time/z.zip"}`, "{}", Code{Zip: "asset.z.zip"}, "", nil},
		{"inline", `"Code": {"ZipFile": "x = 1"}`, "{}", Code{Inline: "x = 1"}, "", nil},
		{"a key that is a parameter, as older apps have it", `"Code": {"S3Key": {"Ref": "Open"}}`, `{"aws:asset:path": "asset.f"}`, Code{Folder: "asset.f"}, "", nil},
		{"an asset that is gone", `"Code": {"S3Key": "g.zip"}`, "{}", Code{}, "asset.g is gone: run \"cdk synth\" again", ErrNoAsset},
		{"an asset that a command makes", `"Code": {"S3Key": "m.zip"}`, "{}", Code{}, "Made/Code is made by a command", ErrNoAsset},
		{"code in a bucket", `"Code": {"S3Bucket": "mine", "S3Key": "code.zip"}`, "{}", Code{}, `nothing in the assembly is uploaded as "code.zip"`, ErrNoAsset},
		{"a key that has no value", `"Code": {"S3Key": {"Ref": "Open"}}`, "{}", Code{}, "parameter Open has no value", ErrUnresolved},
		{"no code", `"Code": {}`, "{}", Code{}, "S3Key is missing", nil},
		{"a container image", `"Code": {"ImageUri": "x"}, "PackageType": "Image"`, "{}", Code{}, "container image", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, dir := assemblyWith(t, `"F": {"Type": "AWS::Lambda::Function", "Metadata": `+c.metadata+`, "Properties": {`+c.properties+`}}`)
			m := a.Model(Options{})
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
				if !strings.Contains(p.What, c.problem) || !p.Blocks || p.ID != (ID{"Shop", "F"}) || c.is != nil && !errors.Is(p.Err, c.is) {
					t.Errorf("got %+v, want one with %q", p, c.problem)
				}
			}
		})
	}
}

func TestFunctionDefaults(t *testing.T) {
	m := parse(t, `{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}}}}`).Model(Options{})
	f := m.Functions[0]
	if f.Timeout != 3*time.Second || f.MemoryMB != 128 || f.Architecture != "x86_64" || f.Concurrency != nil || len(m.Problems) != 0 {
		t.Errorf("got %+v, %v", f, m.Problems)
	}
}

// TestEnvironmentVariables checks that a variable which has no value is told, and never reads as empty.
func TestEnvironmentVariables(t *testing.T) {
	a := parse(t, `{"Resources": {
	  "Thing": {"Type": "Custom::Thing"},
	  "F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "Environment": {"Variables": {
	    "PLAIN": "a", "NUMBER": 5, "FLAG": true, "EMPTY": "", "NONE": {"Ref": "AWS::NoValue"},
	    "SECRET": "{{resolve:secretsmanager:key}}", "CUSTOM": {"Fn::GetAtt": ["Thing", "Url"]}, "LIST": ["a"]}}}}}}`)
	m := a.Model(Options{})
	f := m.Functions[0]
	want := map[string]string{"PLAIN": "a", "NUMBER": "5", "FLAG": "true", "EMPTY": "", "SECRET": "{{resolve:secretsmanager:key}}"}
	if !maps.Equal(f.Environment, want) {
		t.Errorf("got %v, want %v", f.Environment, want)
	}
	if len(f.Unresolved) != 1 || !strings.Contains(f.Unresolved["CUSTOM"], "Thing.Url") {
		t.Errorf("got unresolved %v, want CUSTOM alone", f.Unresolved)
	}
	given := a.Model(Options{Environment: map[string]string{"CUSTOM": "here", "SECRET": "mine", "PLAIN": "not this"}})
	if f := given.Functions[0]; f.Environment["CUSTOM"] != "here" || f.Environment["SECRET"] != "mine" || f.Environment["PLAIN"] != "a" ||
		f.Unresolved != nil || len(given.Problems) != 1 {
		t.Errorf("got %v, %v, %v, want a given value where the template's is not known", f.Environment, f.Unresolved, given.Problems)
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
		{"by ARN, of the nearest stack", "arn:aws:lambda:us-east-1:123456789012:function:orders", "Test/Api", "Test/Shop/F", ""},
		{"of none nearer, the first", "arn:aws:lambda:us-east-1:123456789012:function:orders", "Other", "Prod/Shop/F", ""},
		{"an alias", "arn:aws:lambda:us-east-1:123456789012:function:orders:live", "Prod/Shop", "Prod/Shop/F", "live"},
		{"by name", "orders", "Prod/Shop", "Prod/Shop/F", ""},
		{"an alias by name", "orders:live", "Prod/Shop", "Prod/Shop/F", "live"},
		{"of another region", "arn:aws:lambda:eu-west-1:123456789012:function:orders", "Prod/Shop", "", ""},
		{"another service", "arn:aws:sqs:us-east-1:123456789012:orders", "Prod/Shop", "", ""},
		{"a layer", "arn:aws:lambda:us-east-1:123456789012:layer:orders:1", "Prod/Shop", "", ""},
		{"nothing is not the function that has no name", "", "Shop", "", ""},
		{"nor is an alias of nothing", ":live", "Shop", "", ""},
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

// TestNestedStacks checks parameters into and outputs out of a nested stack, and ones that cannot be read.
func TestNestedStacks(t *testing.T) {
	nested := func(id, properties, metadata string) string {
		return `"` + id + `": {"Type": "AWS::CloudFormation::Stack", "Metadata": ` + metadata + `, "Properties": {` + properties + `}}`
	}
	url := `"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/b/n.json"]]}`
	t.Run("one that is read", func(t *testing.T) {
		a, _ := assemblyWith(t, nested("N", url+`, "Parameters": {"Name": {"Fn::Sub": "${AWS::StackName}-jobs"}}`, "{}"))
		e := a.Evaluator(Options{})
		for _, c := range []struct{ name, value, want string }{
			{"an output", `{"Fn::GetAtt": ["N", "Outputs.Arn"]}`, "arn:aws:sqs:us-east-1:123456789012:Shop-jobs"},
			{"its id is what it sees itself as", `{"Fn::If": ["Same", "same", "other"]}`, "same"},
		} {
			a.stacks[0].Template.Conditions = map[string]any{"Same": decode(t, `{"Fn::Equals": [{"Ref": "N"}, {"Fn::GetAtt": ["N", "Outputs.Id"]}]}`)}
			if got, err := e.Evaluate(a.stacks[0], "", "", decode(t, c.value)); err != nil || got != c.want {
				t.Errorf("%s: got %v, %v, want %s", c.name, got, err, c.want)
			}
		}
		if _, err := e.Evaluate(a.stacks[0], "", "", decode(t, `{"Fn::GetAtt": ["N", "Outputs.Nope"]}`)); err == nil || !strings.Contains(err.Error(), `no output "Nope"`) {
			t.Errorf("got %v, want an error", err)
		}
		if s := a.stacks[1]; s.Path != "Shop/N" || s.Parent != a.stacks[0] || !strings.HasPrefix(s.Name, "Shop-N-") {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("by the longest key that fits", func(t *testing.T) {
		for range 20 { // as maps have no order
			a, _ := assemblyWith(t, nested("N", `"TemplateURL": "https://s3.amazonaws.com/b/x/n.json"`, "{}"))
			if err := a.stacks[0].nested["N"].err; err == nil || !strings.Contains(err.Error(), "asset.z.zip") {
				t.Fatalf("got %v, want one about the asset of the key x/n.json", err)
			}
		}
	})
	t.Run("by the path that CDK notes", func(t *testing.T) {
		a, _ := assemblyWith(t, nested("N", `"TemplateURL": {"Ref": "Open"}`, `{"aws:asset:path": "nested.template.json"}`))
		if len(a.stacks) != 2 {
			t.Errorf("got %d stacks, want 2", len(a.stacks))
		}
	})
	t.Run("of a condition that does not hold", func(t *testing.T) {
		a, _ := assemblyWith(t, nested("N", url, "{}"))
		a.stacks[0].Template.Conditions = map[string]any{"No": decode(t, `{"Fn::Equals": [1, 2]}`)}
		a.stacks[0].Template.Resources["N"].Condition = "No"
		a.stacks[1].Template.Resources["Q"].Type = "AWS::Lambda::Function"
		if m := a.Model(Options{}); len(m.Functions) != 0 {
			t.Errorf("got functions of a stack that is not made: %v", m.Functions[0].ID)
		}
	})
	for _, c := range []struct{ name, properties, want string }{
		{"elsewhere", `"TemplateURL": "https://s3.amazonaws.com/mine/t.json"`, "is not in the assembly"},
		{"of a URL that has no value", `"TemplateURL": {"Ref": "Open"}`, "Open has no value"},
		{"inside itself", `"TemplateURL": "https://s3.amazonaws.com/b/self.json"`, "a cycle"},
		{"of no template", `"TemplateURL": "https://s3.amazonaws.com/b/deploy-time/z.zip"`, "want a template in JSON"},
		{"whose file is gone", `"TemplateURL": "https://s3.amazonaws.com/b/g.zip"`, "is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _ := assemblyWith(t, nested("N", c.properties, "{}")+`, "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}`)
			m := a.Model(Options{})
			found := m.ProblemsOf(ID{"Shop", "N"})
			if len(found) != 1 || !strings.Contains(found[0].What, c.want) {
				t.Errorf("got %v, want one with %q", m.Problems, c.want)
			}
			if blocking := m.Blocking(m.APIs[0], nil, nil); len(blocking) != 1 || !strings.Contains(blocking[0].What, "may hold routes") {
				t.Errorf("got %v: the API may lack routes, so it must not be served", blocking)
			}
		})
	}
}
