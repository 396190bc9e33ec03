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

// deploymentOf synthesizes the stack and returns the deployment's logical id. It fails if the stage does not refer to
// it.
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
		t.Fatalf("the deployment is %q, and the stage deploys %v", id, of)
	}
	return id
}

// TestASecondSynthesisDeploysAChange checks that the id that one synthesis fixes does not stay for the next one.
func TestASecondSynthesisDeploysAChange(t *testing.T) {
	describe := func(api *secureapi.API, text string) {
		api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).AddPropertyOverride(jsii.String("Description"), text)
	}
	stack := newStack()
	api := shop(stack, nil)
	first := deploymentOf(t, stack)
	if again := deploymentOf(t, stack); again != first {
		t.Errorf("nothing changed, and the deployment %s is %s", first, again)
	}
	describe(api, "changed")
	second := deploymentOf(t, stack)
	if second == first {
		t.Errorf("the change is not deployed: it is %s again", second)
	}
	other := newStack()
	describe(shop(other, nil), "changed")
	if want := deploymentOf(t, other); want != second {
		t.Errorf("the second synthesis has the deployment %s, want that of a first one, %s", second, want)
	}
}

// TestALockedDeployment has another stack import the deployment, so CDK locks the logical id.
func TestALockedDeployment(t *testing.T) {
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

// TestADeploymentWithAnIDOfItsOwn checks that an id with which the app has overridden CDK's is kept.
func TestADeploymentWithAnIDOfItsOwn(t *testing.T) {
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

// TestADeploymentThatIsExportedTooSoon checks that there is an error if a change would need a new id after another
// stack has imported the id.
func TestADeploymentThatIsExportedTooSoon(t *testing.T) {
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
