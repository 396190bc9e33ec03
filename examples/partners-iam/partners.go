package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The routes, once, as the table and the grants both name them.
const (
	listStock = "GET /stock"
	seeStock  = "GET /stock/{sku}"
	quote     = "POST /quotes"
)

// partner is a company that may call, and what is yours to change: add one, deploy, and send it the role's ARN.
//
// The external id is one that the partner makes up for you and names with each sts:AssumeRole, so that no other
// customer of a partner's software can have it use your role. It is no secret.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
type partner struct {
	name       string // part of the role's construct id, so a partner that is renamed gets another role
	account    string // the AWS account from which the partner assumes its role
	externalID string
	cidrs      []string // where its requests come from
	routes     []string // what it may call
}

var partners = []partner{
	{
		name: "Northwind", account: "111122223333", externalID: "northwind-5b1f8c9e",
		cidrs:  []string{"198.51.100.0/25"},
		routes: []string{listStock, seeStock, quote},
	},
	{
		name: "Pricewatch", account: "444455556666", externalID: "pricewatch-c07d2a44",
		cidrs:  []string{"203.0.113.16/28", "2001:db8:4:1::/64"},
		routes: []string{listStock, seeStock},
	},
}

// sister is an account of our own company. Its roles call as they are: it decides for itself which of them may, and the
// resource policy lets it. That is for accounts that may call everything; a partner gets a role instead.
const sister = "777788889999"

// sisterCIDRs are the addresses that the sister account's requests come from.
var sisterCIDRs = []string{"192.0.2.0/28"}

// loopback is this machine, so that the API can be tried with "gatehouse dev". Nothing reaches API Gateway from there.
const loopback = "127.0.0.1/32"

// addRole makes the role that the partner's account may assume, and grants it the partner's routes and no others.
//
// The role is in the API's account, so its policy is all that it takes: a role of the partner's own account would need
// an Allow in the resource policy as well, and what that account's administrators allow.
func addRole(stack awscdk.Stack, api *secureapi.API, p partner) {
	role := awsiam.NewRole(stack, jsii.String(p.name+"Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewAccountPrincipal(p.account),
		ExternalIds: jsii.Strings(p.externalID),
		Description: jsii.String(fmt.Sprintf("%s calls the catalogue API", p.name)),
	})
	grant := api.GrantInvoke(role, p.routes...)
	// Credentials that leak from one partner are worth nothing at another's addresses.
	for _, statement := range *grant.PrincipalStatements() {
		statement.AddCondition(
			jsii.String("IpAddress"),
			map[string]any{"aws:SourceIp": append([]string{loopback}, p.cidrs...)},
		)
	}
	awscdk.NewCfnOutput(stack, jsii.String(p.name+"RoleArn"), &awscdk.CfnOutputProps{Value: role.RoleArn()})
}
