package cognito

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
)

// Users is a user pool with its domain and clients. It is a construct. Its fields are CDK's own objects, for settings
// that this package does not have.
type Users struct {
	constructs.Construct

	// UserPool is the user pool.
	UserPool awscognito.UserPool

	// Domain serves the pool's pages and OAuth 2.0 endpoints. For a custom domain, create an alias record in your DNS that
	// points to Domain.CloudFrontEndpoint().
	Domain awscognito.UserPoolDomain

	// ResourceServers are the resource servers of the table and of [Props.ResourceServers], by identifier.
	ResourceServers map[string]awscognito.UserPoolResourceServer

	// Client is the login's client, with a secret and the authorization code grant. It is nil without [Props.Origin].
	Client awscognito.UserPoolClient

	// PageClients are the clients of [Props.Pages], by name.
	PageClients map[string]awscognito.UserPoolClient

	// MachineClients are the clients of [Props.Machines], by name. See [Users.MachineSecret].
	MachineClients map[string]awscognito.UserPoolClient

	// Branding is the appearance of the pages for Client, by default Cognito's own. To change it, call its SetSettings and
	// SetUseCognitoProvidedValues(false). It is nil without Client, and with the classic hosted UI.
	Branding awscognito.CfnManagedLoginBranding

	// PageBrandings are the brandings of PageClients, by name.
	PageBrandings map[string]awscognito.CfnManagedLoginBranding

	// Providers are the identity providers, by their names in Cognito: "Google" and the names of [Props.Providers].
	Providers map[string]awscognito.IUserPoolIdentityProvider

	// Trigger is the function that gives users the scopes of their groups. It is nil if no group has Scopes.
	Trigger awslambda.Function

	// Groups are the groups of [Props.Groups], by name.
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
