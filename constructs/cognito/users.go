package cognito

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// Users is a user pool with its domain and clients. It is a construct, and its fields are CDK's own objects, for all
// that this package does not do.
type Users struct {
	constructs.Construct

	// UserPool is the pool.
	UserPool awscognito.UserPool

	// Domain is where the pool's pages and its OAuth 2.0 endpoints are. Of a custom domain, an alias record in your DNS
	// has to lead to Domain.CloudFrontEndpoint().
	Domain awscognito.UserPoolDomain

	// ResourceServers are those of the table and of [Props.ResourceServers], by their identifiers.
	ResourceServers map[string]awscognito.UserPoolResourceServer

	// Client is the login's client: it has a secret and the authorization code grant. It is nil without [Props.Origin].
	Client awscognito.UserPoolClient

	// PageClients are the clients of [Props.Pages], by their names.
	PageClients map[string]awscognito.UserPoolClient

	// MachineClients are the clients of [Props.Machines], by their names. See [Users.MachineSecret].
	MachineClients map[string]awscognito.UserPoolClient

	// Branding is how the pages look for Client: as Cognito makes them. Give it settings of your own with its SetSettings
	// and SetUseCognitoProvidedValues(false). It is nil without Client, and on the classic hosted UI.
	Branding awscognito.CfnManagedLoginBranding

	// PageBrandings are the same for PageClients.
	PageBrandings map[string]awscognito.CfnManagedLoginBranding

	// Providers are the identity providers that users can sign in at, by their names in Cognito: "Google" and the names
	// of [Props.Providers].
	Providers map[string]awscognito.IUserPoolIdentityProvider

	// Trigger is the function that gives users the scopes of their groups; nil if no group has Scopes.
	Trigger awslambda.Function

	// Groups are those of [Props.Groups], by their names.
	Groups map[string]awscognito.UserPoolGroup

	props  *Props // of which the maps and slices are the caller's
	path   string
	scopes *scopes

	secrets map[string]awssecretsmanager.Secret // of machines, as far as they were asked for
}

// fail panics with an error of a method.
func (u *Users) fail(method, format string, args ...any) {
	panic(fmt.Errorf("cognito: %s: %s: %w", u.path, method, fmt.Errorf(format, args...)))
}
