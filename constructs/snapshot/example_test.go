package snapshot_test

import (
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

// newShop is the stack under test, as the app's main makes it.
func newShop(app awscdk.App) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	awssqs.NewQueue(stack, jsii.String("Orders"), nil)
	return stack
}

// The functions of this package want a test or a process of tests, so their examples are compiled and not run; the
// tests of the folder examples/ run them.

// A test that fails when the template changes. "go test -update" writes testdata/shop.json, and git shows what changed.
func ExampleMatch() {
	_ = func(t *testing.T) { // func TestTemplate(t *testing.T)
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
		snapshot.Match(t, newShop(app), "shop")
	}
}

// What must hold of a template is better asserted than looked for in a snapshot.
func ExampleTemplate() {
	_ = func(t *testing.T) { // func TestQueuesAreEncrypted(t *testing.T)
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
		for id, resource := range snapshot.Template(t, newShop(app))["Resources"].(map[string]any) {
			resource := resource.(map[string]any)
			properties, _ := resource["Properties"].(map[string]any)
			if resource["Type"] == "AWS::SQS::Queue" && properties["KmsMasterKeyId"] == nil {
				t.Errorf("%s is not encrypted with a key of ours", id)
			}
		}
	}
}

// Every package whose tests synthesize has this TestMain: CDK's engine is stopped at the end, and its template
// validation, which takes seconds for each app, is left to "cdk synth".
func ExampleMain() {
	_ = func(m *testing.M) { snapshot.Main(m) } // func TestMain(m *testing.M)
}

// Golden files of one's own follow the same flag.
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
