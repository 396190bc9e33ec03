package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// keyLength is the number of letters and digits of the secret that the stack creates. 64 have about 380 bits.
const keyLength = 64

// keep creates what a login's sessions lack: the secret for their keys, and their table.
func (b *builder) keep(l *Login, planned *plan.Login) keptSessions {
	kept, _ := l.kept()
	if kept.keys == nil {
		kept.keys = awssecretsmanager.NewSecret(b.api, jsii.String(planned.ID("SessionKeys")), &awssecretsmanager.SecretProps{
			Description: jsii.String("Keys of sessions of " + b.path + " at " + planned.Home()),
			GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
				PasswordLength:     jsii.Number(keyLength),
				ExcludePunctuation: jsii.Bool(true),
			},
		})
	}
	if kept.inTable != nil && kept.table == nil {
		kept.table = b.sessionTable(planned)
	}
	return kept
}

// sessionTable creates the table of a login's sessions. The table is retained if the stack is deleted, which is CDK's
// default for tables, because all users would have to log in again without it. Its items expire by themselves.
func (b *builder) sessionTable(planned *plan.Login) awsdynamodb.ITable {
	attribute := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
	}
	return awsdynamodb.NewTableV2(b.api, jsii.String(planned.ID("SessionTable")), &awsdynamodb.TablePropsV2{
		PartitionKey:        attribute(settings.TablePartitionKey),
		SortKey:             attribute(settings.TableSortKey),
		TimeToLiveAttribute: jsii.String(settings.TableTimeAttribute),
		Billing:             awsdynamodb.Billing_OnDemand(nil),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
	})
}
