package snapshot_test

import (
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

// newShop returns the stack under test, which the app's main also creates.
func newShop(app awscdk.App) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	awssqs.NewQueue(stack, jsii.String("Orders"), nil)
	return stack
}

// The functions of this package need a test, so these examples are compiled but not run. The tests in examples/ run
// them.

// The test fails if the template changes. "go test -update" writes testdata/shop.json, and git diff shows the change.
func ExampleMatch() {
	_ = func(t *testing.T) { // func TestTemplate(t *testing.T)
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
		snapshot.Match(t, newShop(app), "shop")
	}
}

// Assert a property that a template must have, instead of looking for it in a snapshot.
func ExampleTemplate() {
	_ = func(t *testing.T) { // func TestQueuesAreEncrypted(t *testing.T)
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
		for id, resource := range snapshot.Template(t, newShop(app))["Resources"].(map[string]any) {
			resource := resource.(map[string]any)
			properties, _ := resource["Properties"].(map[string]any)
			if resource["Type"] == "AWS::SQS::Queue" && properties["KmsMasterKeyId"] == nil {
				t.Errorf("%s: KmsMasterKeyId is not set", id)
			}
		}
	}
}

// Every package whose tests synthesize has this TestMain. Main stops CDK's engine at the end. It turns off CDK's
// template validation, which takes seconds for each app and also runs at "cdk synth".
func ExampleMain() {
	_ = func(m *testing.M) { snapshot.Main(m) } // func TestMain(m *testing.M)
}

// Updating reports the flag for golden files of your own.
func ExampleUpdating() {
	_ = func(t *testing.T) { // func TestRoutes(t *testing.T)
		got := []byte("GET /orders\n")
		if snapshot.Updating() {
			if err := os.WriteFile("testdata/routes.txt", got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile("testdata/routes.txt")
		if err != nil || string(got) != string(want) {
			t.Errorf("got %s, want %s: %v", got, want, err)
		}
	}
}
