// Package given declares what fragments of the documentation use without declaring it, such as the stack and functions.
// The test compiles each fragment with this file, and runs fragments with statements after setUp.
package given

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

var (
	app    awscdk.App
	stack  awscdk.Stack
	orders awslambda.Function // answers routes
	decide awslambda.Function // an authorizer function of the app
	pool   awscognito.UserPool
	client awscognito.UserPoolClient
	secret awssecretsmanager.Secret
	role   awsiam.Role
	jwt    *secureapi.JWT
)

// shop is the package of the user's stack.
var shop = struct {
	NewStack func(awscdk.App) awscdk.Stack
}{func(app awscdk.App) awscdk.Stack { return awscdk.NewStack(app, jsii.String("Shop"), nil) }}

// members is a table in which a hook looks up callers.
var members table

var errNoMember = errors.New("no such member")

type table struct{}

type member struct {
	Tenant    string
	Teams     []string
	Suspended bool
}

func (table) Find(context.Context, string) (member, error) { return member{}, errNoMember }

// setUp makes an app with a stack, and the resources above that a fragment uses.
func setUp(uses ...string) {
	app = awscdk.NewApp(&awscdk.AppProps{
		Context: &map[string]any{"aws:cdk:bundling-stacks": []string{}}, TreeMetadata: jsii.Bool(false),
	})
	stack = awscdk.NewStack(app, jsii.String("Shop"), nil)
	function := func(id string) awslambda.Function {
		return awslambda.NewFunction(stack, &id, &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(),
			Handler: jsii.String("index.handler"),
			Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({ statusCode: 200 })")),
		})
	}
	okta := secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders")
	jwt = &secureapi.JWT{Issuers: []secureapi.Issuer{okta}}
	orders, decide, pool, client, secret, role = nil, nil, nil, nil, nil, nil
	if slices.Contains(uses, "orders") {
		orders = function("GivenOrders")
	}
	if slices.Contains(uses, "decide") {
		decide = function("GivenDecide")
	}
	if slices.Contains(uses, "pool") || slices.Contains(uses, "client") {
		pool = awscognito.NewUserPool(stack, jsii.String("GivenUsers"), nil)
		client = pool.AddClient(jsii.String("GivenClient"), nil)
	}
	if slices.Contains(uses, "secret") {
		secret = awssecretsmanager.NewSecret(stack, jsii.String("GivenSecret"), nil)
	}
	if slices.Contains(uses, "role") {
		role = awsiam.NewRole(stack, jsii.String("GivenRole"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	}
}
