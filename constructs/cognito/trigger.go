package cognito

import (
	"path"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// triggerTimeout is how long Cognito waits for a trigger, in seconds.
// Source:
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
const triggerTimeout = 5

// IncludedTrigger returns the import path of the included pre token generation trigger's main package, for
// gofunction.Prepare.
func IncludedTrigger() string {
	module := path.Dir(path.Dir(reflect.TypeOf(pretoken.Config{}).PkgPath()))
	return module + "/pretoken-fn"
}

// addTrigger makes the trigger that gives users the scopes of their groups. Machines have the scopes of their clients,
// so the event's version is the one that leaves them alone.
func (u *Users) addTrigger() {
	config, needed := u.props.trigger(u.scopes)
	if !needed {
		return
	}
	u.Trigger = gofunction.New(u, "Trigger", &gofunction.Props{
		Package:     IncludedTrigger(),
		Environment: config.Environment(),
		FunctionProps: &awslambda.FunctionProps{
			Timeout: awscdk.Duration_Seconds(jsii.Number(triggerTimeout)),
		},
	})
	u.UserPool.AddTrigger(awscognito.UserPoolOperation_PRE_TOKEN_GENERATION_CONFIG(), u.Trigger,
		awscognito.LambdaVersion_V2_0)
}
