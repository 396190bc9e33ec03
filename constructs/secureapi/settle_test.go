package secureapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// deploymentOf synthesizes the stack and returns the deployment's logical ID. It fails the test if the stage does not
// refer to it.
func deploymentOf(t *testing.T, stack awscdk.Stack) string {
	t.Helper()
	app := stack.Node().Root().(awscdk.App)
	template := app.Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)}).
		GetStackByName(jsii.String("Shop")).
		Template()
	id, of := "", any(nil)
	for name, r := range template.(map[string]any)["Resources"].(map[string]any) {
		switch r := r.(map[string]any); r["Type"] {
		case "AWS::ApiGateway::Deployment":
			id = name
		case "AWS::ApiGateway::Stage":
			of = r["Properties"].(map[string]any)["DeploymentId"].(map[string]any)["Ref"]
		}
	}
	if id == "" || of != id {
		t.Fatalf("stage: got the deployment %v, want %q", of, id)
	}
	return id
}

// A second synthesis computes the deployment's ID again.
func TestSecondSynthesisComputesDeployment(t *testing.T) {
	describe := func(api *secureapi.API, text string) {
		api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).AddPropertyOverride(jsii.String("Description"), text)
	}
	stack := newStack()
	api := shop(stack, nil)
	first := deploymentOf(t, stack)
	if again := deploymentOf(t, stack); again != first {
		t.Errorf("no change: got the deployment %s, want %s", again, first)
	}
	describe(api, "changed")
	second := deploymentOf(t, stack)
	if second == first {
		t.Errorf("change: got the deployment %s again, want another ID", second)
	}
	other := newStack()
	describe(shop(other, nil), "changed")
	if want := deploymentOf(t, other); want != second {
		t.Errorf("second synthesis: got the deployment %s, want that of a first synthesis, %s", second, want)
	}
}

// Another stack imports the deployment, so CDK locks the logical ID.
func TestLockedDeployment(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	stack.ExportValue(
		api.RestAPI.LatestDeployment().Node().DefaultChild().(awsapigateway.CfnDeployment).AttrDeploymentId(),
		nil,
	)
	if locked, free := deploymentOf(t, stack), newStack(); !strings.HasPrefix(locked, "ApiRestApiDeployment") {
		t.Errorf("got the deployment %s", locked)
	} else {
		shop(free, nil)
		if want := deploymentOf(t, free); locked != want {
			t.Errorf("got the deployment %s, want %s", locked, want)
		}
	}
}

// New keeps a logical ID that the app has set.
func TestDeploymentWithOverriddenID(t *testing.T) {
	stack := newStack()
	shop(stack, nil).RestAPI.LatestDeployment().Node().DefaultChild().(awsapigateway.CfnDeployment).OverrideLogicalId(
		jsii.String("Mine"),
	)
	if id := deploymentOf(t, stack); id != "Mine" {
		t.Errorf("got the deployment %s", id)
	}
}

// lateAspect changes the API when it visits the stage, after all other aspects.
type lateAspect struct{ api *secureapi.API }

func (a *lateAspect) Visit(node constructs.IConstruct) {
	if _, ok := node.(awsapigateway.CfnStage); ok {
		a.api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).AddPropertyOverride(jsii.String("Description"), "late")
	}
}

// If a change needs a new ID after another stack has imported the deployment, synthesis
// fails.
func TestDeploymentExportedBeforeChange(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	other := awscdk.NewStack(stack.Node().Root().(awscdk.App), jsii.String("Other"), nil)
	awscdk.NewCfnOutput(other, jsii.String("Deployment"), &awscdk.CfnOutputProps{
		Value: api.RestAPI.LatestDeployment().DeploymentId(),
	})
	deploymentOf(t, stack)
	awscdk.Aspects_Of(stack).Add(&lateAspect{api}, &awscdk.AspectOptions{Priority: jsii.Number(2000)})
	refused(t, func() { deploymentOf(t, stack) }, "was exported to another stack before it was final")
}
