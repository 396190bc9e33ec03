package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

// inner is the environment variable of the process in which CDK validates templates. CDK's engine reads the environment
// only when the process starts.
const inner = "GATEHOUSE_TEST_VALIDATION"

// strict makes App.Synth fail for everything that fails "cdk synth --strict": errors and warnings of CDK's template
// validation, and warnings of constructs.
//
// Source: synthesis-validation.js in aws-cdk-lib's core/lib/private
var strict = &map[string]any{
	"@aws-cdk/core:validateAgainstDefaultRules":   true,
	"@aws-cdk/core:strictCfnValidateErrors":       true,
	"@aws-cdk/core:annotationsInValidationReport": true,
	"@aws-cdk/core:defaultCrossStackReferences":   "strong", // the default, but CDK warns without it
	withoutBuilds: []string{},
}

// TestTemplatesPassCDKsValidation applies CDK's template validation to every variant and to the snapshots of the
// examples. It also applies it to wrong templates, to check that it is on. Other tests run without the validation,
// because loading its rules takes 10 s of processor time in each process. If a template changes, TestSnapshots fails
// without the rules.
func TestTemplatesPassCDKsValidation(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_ALL") == "" {
		t.Skip("loads the rules of CDK's template validation for 10 s of processor time: set GATEHOUSE_TEST_ALL=1, " +
			"as .ci/run does")
	}
	examples, err := filepath.Glob("../examples/*/testdata/*.json")
	if err != nil || len(examples) == 0 {
		t.Fatal("no snapshots of the examples", err)
	}
	if os.Getenv(inner) == "" {
		for _, file := range examples { // so that go test does not reuse a result after a file changes
			if _, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestTemplatesPassCDKsValidation$", "-test.v")
		cmd.Env = append(os.Environ(), inner+"=on", "CDK_VALIDATION=true")
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Parallel() // waits for the tests that are not parallel; the process runs meanwhile
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		if got, want := strings.Count(out.String(), "--- PASS"), 1+len(variants)+len(examples)+3; got != want {
			t.Errorf("%d passes, want %d:\n%s", got, want, &out)
		}
		return
	}
	newApp := func() awscdk.App { return awscdk.NewApp(&awscdk.AppProps{Context: strict}) }
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			app := newApp()
			v.make(app)
			app.Synth(nil)
		})
	}
	for _, file := range examples {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			app := newApp()
			stack := templateStack(app, file)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			got := snapshot.Template(t, stack)
			anyOrder := cmpopts.SortSlices(func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) }) // of DependsOn
			if diff := cmp.Diff(want["Resources"], got["Resources"], anyOrder); diff != "" {
				t.Errorf("the validated template differs from the snapshot:\n%s", diff)
			}
		})
	}
	// table makes a valid table with a change.
	table := func(stack awscdk.Stack, property string, value any) {
		properties := map[string]any{
			"AttributeDefinitions": []map[string]string{{"AttributeName": "id", "AttributeType": "S"}},
			"KeySchema":            []map[string]string{{"AttributeName": "id", "KeyType": "HASH"}},
			"BillingMode":          "PAY_PER_REQUEST",
		}
		properties[property] = value
		awscdk.NewCfnResource(stack, jsii.String("Table"), &awscdk.CfnResourceProps{
			Type: jsii.String("AWS::DynamoDB::Table"), Properties: &properties,
		})
	}
	for _, bad := range []struct {
		name, want string
		make       func(awscdk.Stack)
	}{
		{"an error", "ERROR TableName: ", func(stack awscdk.Stack) { table(stack, "TableName", []string{"orders"}) }},
		{"a warning", "WARNING TableClass: ", func(stack awscdk.Stack) { table(stack, "TableClass", "OAK") }},
		{"a construct's warning", "WARNING careful", func(stack awscdk.Stack) {
			table(stack, "TableName", "orders")
			awscdk.Annotations_Of(stack).AddWarning(jsii.String("careful"))
		}},
	} {
		t.Run(bad.name, func(t *testing.T) {
			app := newApp()
			bad.make(awscdk.NewStack(app, jsii.String("Wrong"), nil))
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, bad.want) ||
					strings.Contains(said, "ERROR") != strings.HasPrefix(bad.want, "ERROR") {
					t.Errorf("got %s, want a finding that begins with %q", said, bad.want)
				}
			}()
			app.Synth(nil)
		})
	}
}

// templateStack returns a stack with the template of an example's snapshot.
func templateStack(app awscdk.App, file string) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("Example"), &awscdk.StackProps{
		// The template already has CDK's parameter and rule.
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})
	cloudformationinclude.NewCfnInclude(stack, jsii.String("Template"), &cloudformationinclude.CfnIncludeProps{
		TemplateFile: &file,
	})
	return stack
}
