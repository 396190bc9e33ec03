package cognito

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
)

// MachineSecret returns a secret in AWS Secrets Manager with a machine's credentials, for a program that runs on AWS.
// The first call creates the secret.
//
//	users.MachineSecret("importer").GrantRead(importer, nil)
//
// Its value is JSON: {"clientId": "...", "clientSecret": "...", "tokenEndpoint": "https://DOMAIN/oauth2/token"}. The
// template refers to the client's secret and does not contain it. MachineSecret panics if Props.Machines does not have
// the name.
//
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html
func (u *Users) MachineSecret(name string) awssecretsmanager.Secret {
	const method = "MachineSecret"
	client := u.MachineClients[name]
	if client == nil {
		u.fail(method, "there is no machine %q; Props.Machines has %q", name, slices.Sorted(maps.Keys(u.MachineClients)))
	}
	if made := u.secrets[name]; made != nil {
		return made
	}
	resource := client.Node().DefaultChild().(awscognito.CfnUserPoolClient)
	text := func(s string) awscdk.SecretValue { return awscdk.SecretValue_UnsafePlainText(&s) } // what is not secret
	u.secrets[name] = awssecretsmanager.NewSecret(u, jsii.String("MachineSecret-"+name), &awssecretsmanager.SecretProps{
		Description: jsii.String("What the machine " + name + " gets its tokens by"),
		SecretObjectValue: &map[string]awscdk.SecretValue{
			"clientId":      text(*client.UserPoolClientId()),
			"clientSecret":  awscdk.SecretValue_ResourceAttribute(resource.AttrClientSecret()),
			"tokenEndpoint": text(*u.Domain.BaseUrl(nil) + "/oauth2/token"),
		},
	})
	return u.secrets[name]
}
