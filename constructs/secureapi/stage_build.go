package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// nameStage gives the stage its name if that is a token. All else refers to the stage.
func (b *builder) nameStage() {
	if plan.Unresolved(b.plan.Stage) {
		b.api.RestAPI.DeploymentStage().Node().DefaultChild().(awsapigateway.CfnStage).SetStageName(&b.plan.Stage)
	}
}
