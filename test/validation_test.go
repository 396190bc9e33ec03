package test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// inner marks the process in which CDK validates templates: its engine reads the environment when the process starts.
const inner = "GATEHOUSE_TEST_VALIDATION"

// The other tests run without CDK's template validation, which takes seconds for each app. This one has it on, as
// errors, for every variant; and for a template that is wrong, to know that it is on.
func TestTemplatesPassCDKsValidation(t *testing.T) {
	if os.Getenv(inner) == "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self, "-test.run=^TestTemplatesPassCDKsValidation$", "-test.v")
		cmd.Env = append(os.Environ(), inner+"=on", "CDK_VALIDATION=true")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got, want := strings.Count(string(out), "--- PASS"), len(variants)+2; got != want {
			t.Errorf("%d passes, want %d:\n%s", got, want, out)
		}
		return
	}
	strict := func() awscdk.App {
		return awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{"@aws-cdk/core:validateAgainstDefaultRules": true}})
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			app := strict()
			v.make(app)
			app.Synth(nil)
		})
	}
	t.Run("a template that is wrong", func(t *testing.T) {
		app := strict()
		awscdk.NewCfnResource(
			awscdk.NewStack(app, jsii.String("Wrong"), nil),
			jsii.String("Function"),
			&awscdk.CfnResourceProps{
				Type:       jsii.String("AWS::Lambda::Function"),
				Properties: &map[string]any{"MemorySize": "much"},
			},
		)
		defer func() {
			if recover() == nil {
				t.Error("it was taken, so nothing was validated")
			}
		}()
		app.Synth(nil)
	})
}
