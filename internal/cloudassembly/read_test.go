package cloudassembly

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

func readShop(t *testing.T) *Assembly {
	t.Helper()
	a, err := Read("testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const oneStack = `{"version": "54.0.0", "artifacts": {
	"Shop": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Shop.template.json"}}}}`

func TestReadOfWhatIsNoAssembly(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string // parts of the error
	}{
		{"an empty folder", nil, []string{"manifest.json is missing", "cdk synth"}},
		{"the app's folder", map[string]string{"cdk.json": "{}", "cdk.out/manifest.json": oneStack},
			[]string{"manifest.json is missing", "folder cdk.out"}},
		{"a manifest that is not JSON", map[string]string{"manifest.json": "version: 1"},
			[]string{"manifest.json", "invalid character", "cdk synth\" again"}},
		{"a manifest of something else", map[string]string{"manifest.json": `{"name": "My app", "icons": []}`},
			[]string{"want a version and artifacts"}},
		{"a manifest of a browser extension", map[string]string{"manifest.json": `{"version": "1.0"}`},
			[]string{"want a version and artifacts"}},
		{"a template that is gone", map[string]string{"manifest.json": oneStack},
			[]string{"Shop.template.json", "stack Shop", "missing", "cdk synth"}},
		{"a template in YAML", map[string]string{"manifest.json": oneStack, "Shop.template.json": "Resources:\n"},
			[]string{"Shop.template.json", "template in JSON"}},
		{"a template with something after it",
			map[string]string{"manifest.json": oneStack, "Shop.template.json": `{"Resources": {}} {}`},
			[]string{"something follows"}},
		{"a resource without a type",
			map[string]string{"manifest.json": oneStack, "Shop.template.json": `{"Resources": {"X": {}}}`},
			[]string{"resource X has no Type"}},
		{"a stack without a template",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"Shop": {"type": ` +
				`"aws:cloudformation:stack"}}}`},
			[]string{"Shop", "templateFile"}},
		{"an asset manifest that is gone",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"Shop.assets": {"type": ` +
				`"cdk:asset-manifest", "properties": {"file": "Shop.assets.json"}}}}`},
			[]string{"asset manifest Shop.assets.json", "cdk synth"}},
		{"an asset manifest without a file",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"Shop.assets": {"type": ` +
				`"cdk:asset-manifest"}}}`},
			[]string{"Shop.assets", "no file"}},
		{"an asset manifest that is not JSON",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"Shop.assets": {"type": ` +
				`"cdk:asset-manifest", "properties": {"file": "a"}}}}`,
				"a": "x"}, []string{"asset manifest a", "cdk synth\" again"}},
		{"a stage that is gone",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"P": {"type": "cdk:cloud-assembly", ` +
				`"properties": {"directoryName": "assembly-P"}}}}`},
			[]string{"assembly-P", "does not exist"}},
		{"a stage without a folder",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"P": {"type": "cdk:cloud-assembly", ` +
				`"properties": {}}}}`},
			[]string{"artifact P", "directoryName"}},
		{"a stage inside itself",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"P": {"type": "cdk:cloud-assembly", ` +
				`"properties": {"directoryName": "."}}}}`},
			[]string{"contain each other"}},
		{"properties of the wrong shape",
			map[string]string{"manifest.json": `{"version": "1.0.0", "artifacts": {"Shop": {"type": ` +
				`"aws:cloudformation:stack", "properties": []}}}`},
			[]string{"properties of artifact Shop"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := assemblytest.Folder(t, c.files)
			a, err := Read(dir)
			if !errors.Is(err, ErrNotAssembly) {
				t.Fatalf("got %v, %v, want ErrNotAssembly", a, err)
			}
			for _, part := range append(c.want, dir) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v: want %q in it", err, part)
				}
			}
		})
	}
	t.Run("no folder", func(t *testing.T) {
		_, err := Read(filepath.Join(t.TempDir(), "cdk.out"))
		if !errors.Is(err, ErrNotAssembly) || !strings.Contains(err.Error(), "does not exist") ||
			!strings.Contains(err.Error(), "cdk synth") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a file", func(t *testing.T) {
		dir := assemblytest.Folder(t, map[string]string{"cdk.json": "{}"})
		if _, err := Read(filepath.Join(dir, "cdk.json")); !errors.Is(err, ErrNotAssembly) ||
			!strings.Contains(err.Error(), "it is a file: run \"cdk synth\"") {
			t.Errorf("got %v", err)
		}
	})
}

// TestReadIsTolerant reads an assembly of a later CDK, with a newer version and unknown artifacts and members.
func TestReadIsTolerant(t *testing.T) {
	dir := assemblytest.Folder(t, map[string]string{
		"manifest.json": `{"version": "999.0.0", "minimumCliVersion": "9.0.0", "novelty": [1],
		  "missing": [{"key": "zones:1", "provider": "availability-zones", "props": {}}], "artifacts": {
		  "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
		  "Odd": {"type": "cdk:oddity", "properties": ["file"]},
		  "Shop": {"type": "aws:cloudformation:stack", "novelty": 1,
			"properties": {"templateFile": "Shop.template.json", "stackName": "shop-prod", "novelty": {}}}}}`,
		"Shop.template.json": `{"Resources": {}, "Hooks": {}, "Novelty": 1}`,
	})
	a, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if a.Version != "999.0.0" || len(a.stacks) != 1 || a.stacks[0].Name != "shop-prod" || a.stacks[0].Path != "Shop" {
		t.Errorf("got %+v with %+v", a, a.stacks)
	}
	if want := []string{"zones:1"}; !slices.Equal(a.Missing, want) {
		t.Errorf("got missing context %q, want %q", a.Missing, want)
	}
}

func TestStacks(t *testing.T) {
	a := readShop(t)
	var got []string
	for _, s := range a.Stacks() {
		got = append(got, s.Path)
	}
	want := []string{"More", "Prod/Shared", "Prod/Shop", "Shared", "Shop",
		"More/RoutesNestedStackRoutesNestedStackResource887AB1AF"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, c := range []struct{ name, ask, path, parts string }{
		{"by path", "Prod/Shop", "Prod/Shop", ""},
		{"by CloudFormation's name", "Prod-Shop", "Prod/Shop", ""},
		{"by artifact", "ProdShop82526E42", "Prod/Shop", ""},
		{"none", "Nope", "", "no such stack: \"Nope\": the stacks of this assembly are More, Prod/Shared"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := a.Stack(c.ask)
			if c.parts != "" {
				if !errors.Is(err, ErrNoStack) || !strings.Contains(err.Error(), c.parts) {
					t.Errorf("got %v, %v", s, err)
				}
				return
			}
			if err != nil || s.Path != c.path {
				t.Errorf("got %v, %v, want %s", s, err, c.path)
			}
		})
	}
}

// TestReferencesAcrossStacks checks the three ways in which CDK refers to another stack.
func TestReferencesAcrossStacks(t *testing.T) {
	a := readShop(t)
	e := a.Evaluator(Options{})
	stack := func(path string) *Stack {
		s, err := a.Stack(path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		name, stack, value string
		of, ref            string
	}{
		{"an export", "Shop", `{"Fn::ImportValue": "Shared:ExportsOutputRefTableCD117FA1D18A8047"}`, "Shared",
			"TableCD117FA1"},
		{"an export, from a nested stack", "More/RoutesNestedStackRoutesNestedStackResource887AB1AF",
			`{"Fn::ImportValue": "Shop:ExportsOutputRefApiF70053CD5653BA4D"}`, "Shop", "ApiF70053CD"},
		{"an export inside a stage", "Prod/Shop",
			`{"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::ImportValue": ` +
				`"Prod-Shared:ExportsOutputFnGetAttUsers0A0EEA89Arn6658B146"}]}]}`,
			"Prod/Shared", "Users0A0EEA89"},
		{"a weak reference", "Shop",
			`{"Fn::GetStackOutput": {"StackName": "Shared", "Region": {"Ref": "AWS::Region"}, "OutputName": ` +
				`"PublishOutputRefUsers0A0EEA89025915DB"}}`,
			"Shared", "Users0A0EEA89"},
		{"a weak reference in the same region", "Shop",
			`{"Fn::GetStackOutput": {"StackName": "Shared", "OutputName": "PublishOutputRefUsers0A0EEA89025915DB"}}`, "Shared",
			"Users0A0EEA89"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := e.Evaluate(stack(c.stack), "It", "Properties.X", decode(t, c.value))
			if err != nil {
				t.Fatal(err)
			}
			want, err := e.Evaluate(stack(c.of), "", "", map[string]any{"Ref": c.ref})
			if err != nil || got != want {
				t.Errorf("got %v, want %v, %v", got, want, err)
			}
		})
	}
	for _, c := range []struct{ name, value, want string }{
		{"an export of another region", `{"Fn::ImportValue": "Prod-Shared:ExportsOutputFnGetAttUsers0A0EEA89Arn6658B146"}`,
			"in another account or region"},
		{"a weak reference to another region",
			`{"Fn::GetStackOutput": {"StackName": "Shared", "Region": "eu-west-1", "OutputName": "X"}}`,
			`no stack "Shared" in eu-west-1`},
		{"a weak reference to no output", `{"Fn::GetStackOutput": {"StackName": "Shared", "OutputName": "X"}}`,
			`no output "X"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := e.Evaluate(stack("Shop"), "It", "Properties.X", decode(t, c.value)); err == nil ||
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v, want an error with %q", got, err, c.want)
			}
		})
	}
}

// TestExports checks names of exports that are resolved, under conditions, and that are not unique.
func TestExports(t *testing.T) {
	manifest := `{"version": "1.0.0", "artifacts": {`
	files := map[string]string{}
	for i, template := range []string{
		`{"Resources": {}, "Outputs": {"O": {"Value": "a", "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-x"}}}}}`,
		`{"Resources": {}, "Outputs": {"O": {"Value": "b", "Export": {"Name": "twice"}}}}`,
		`{"Resources": {}, "Outputs": {"O": {"Value": "c", "Export": {"Name": "twice"}}}}`,
		`{"Conditions": {"No": {"Fn::Equals": [1, 2]}}, "Resources": {}, "Outputs": {"O": {"Condition": "No", "Value": ` +
			`"d", "Export": {"Name": "off"}}}}`,
		`{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::ImportValue": "S0-x"}}}}, ` +
			`"Outputs": {"O": {"Value": "e", "Export": {"Name": {"Fn::Sub": "${Q.QueueName}-y"}}}}}`,
		`{"Resources": {}, "Outputs": {"O": {"Value": {"Fn::ImportValue": "loop"}, "Export": {"Name": "loop"}}}}`,
	} {
		id := "S" + string(rune('0'+i))
		files[id+".json"] = template
		if i > 0 {
			manifest += ","
		}
		manifest += `"` + id + `": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "` + id + `.json"}}`
	}
	files["manifest.json"] = manifest + "}}"
	a, err := Read(assemblytest.Folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	e := a.Evaluator(Options{})
	for _, c := range []struct{ name, export, want, err string }{
		{"a resolved name", "S0-x", "a", ""},
		{"exported twice", "twice", "", "both export"},
		{"under a condition that does not hold", "off", "", "no stack of the assembly exports"},
		{"a name made of an import", "a-y", "", "no stack of the assembly exports"},
		{"of itself", "loop", "", "by way of itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := e.Evaluate(a.stacks[0], "", "", map[string]any{"Fn::ImportValue": c.export})
			if c.err == "" && (err != nil || got != c.want) || c.err != "" &&
				(err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got %v, %v, want %q or an error with %q", got, err, c.want, c.err)
			}
		})
	}
	// Collecting the exports reads the queue's name before S0-x is known. That result must not be remembered.
	if got, err := e.Evaluate(a.stacks[4], "", "", decode(t, `{"Fn::GetAtt": ["Q", "QueueName"]}`)); err != nil ||
		got != "a" {
		t.Errorf("got %v, %v, want a", got, err)
	}
}

// TestStagesOfOneApp has two stages in one environment. A name that exists in both refers to the stage of the
// reference. The app sets the parameters.
func TestStagesOfOneApp(t *testing.T) {
	stage := func(name string) string {
		return `"` + name + `": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "` + name + `"}}`
	}
	const manifest = `{"version": "1.0.0", "artifacts": {
	  "Give": {"type": "aws:cloudformation:stack", "displayName": "NAME/Give",
		"properties": {"stackName": "give", "templateFile": "give.json", "parameters": {"P": "of NAME"}}},
	  "Take": {"type": "aws:cloudformation:stack", "displayName": "NAME/Take",
		"properties": {"stackName": "take", "templateFile": "take.json"}}}}`
	const give = `{"Parameters": {"P": {"Type": "String", "Default": "default"}}, "Resources": {}, "Outputs": {"O": ` +
		`{"Value": {"Ref": "P"}, "Export": {"Name": "shared"}}}}`
	a, err := Read(assemblytest.Folder(t, map[string]string{
		"manifest.json":   `{"version": "1.0.0", "artifacts": {` + stage("A") + `, ` + stage("B") + `}}`,
		"A/manifest.json": strings.ReplaceAll(manifest, "NAME", "A"),
		"B/manifest.json": strings.ReplaceAll(manifest, "NAME", "B"),
		"A/give.json":     give,
		"B/give.json":     give,
		"A/take.json":     `{"Resources": {}}`,
		"B/take.json":     `{"Resources": {}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"A", "B"} {
		s, err := a.Stack(name + "/Take")
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{`{"Fn::ImportValue": "shared"}`,
			`{"Fn::GetStackOutput": {"StackName": "give", "OutputName": "O"}}`} {
			if got, err := a.Evaluator(Options{}).Evaluate(s, "", "", decode(t, value)); err != nil || got != "of "+name {
				t.Errorf("%s in stage %s: got %v, %v", value, name, got, err)
			}
		}
	}
	if s, err := a.Stack("take"); !errors.Is(err, ErrNoStack) || !strings.Contains(err.Error(), "A/Take, B/Take") {
		t.Errorf("got %v, %v: the name is that of two stacks", s, err)
	}
}
