package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// addCanary sets the stage's canary, which CDK's L2 does not support.
func (b *builder) addCanary() {
	c := b.props.Stage.Canary
	if c == nil {
		return
	}
	setting := &awsapigateway.CfnStage_CanarySettingProperty{
		PercentTraffic: &c.Percent,
		UseStageCache:  c.UseStageCache,
	}
	if len(c.Variables) > 0 { // a nil map in an interface is not nil
		setting.StageVariableOverrides = mapFor(c.Variables)
	}
	b.api.RestAPI.DeploymentStage().Node().DefaultChild().(awsapigateway.CfnStage).SetCanarySetting(setting)
}

// nameStage sets the stage's name if it is a token. Everything else refers to the stage.
func (b *builder) nameStage() {
	if cdktoken.Unresolved(b.plan.Stage) {
		b.api.RestAPI.DeploymentStage().Node().DefaultChild().(awsapigateway.CfnStage).SetStageName(&b.plan.Stage)
	}
}
