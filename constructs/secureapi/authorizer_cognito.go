package secureapi

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// CognitoAuthorizer guards routes with Amazon Cognito user pools. No function runs: API Gateway verifies the token.
//
// What passes depends on the route. Without a scope, API Gateway takes ID tokens only; with [AnyScope] it takes access
// tokens only, with at least one of the scopes. A client that calls both kinds of route needs both tokens.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
//
// It cannot look at groups or at more than one [AnyScope] on a route; a [TokenAuthorizer] with [CognitoIssuer] can.
type CognitoAuthorizer struct {
	// UserPools whose tokens are accepted. At least one.
	UserPools []awscognito.IUserPool

	// Header that holds the token. Default: Authorization.
	Header string

	// CacheTTL is how long API Gateway keeps a verified token's answer, in whole seconds up to an hour.
	// Default: 5 minutes. [NoCache] turns it off.
	CacheTTL time.Duration
}

func (CognitoAuthorizer) kind() string { return "CognitoAuthorizer" }

func (c CognitoAuthorizer) check() (errs []error) {
	if len(c.UserPools) == 0 {
		errs = append(errs, errors.New("UserPools is empty: name at least one user pool"))
	}
	for i, pool := range c.UserPools {
		if pool == nil {
			errs = append(errs, fmt.Errorf("UserPools[%d] is nil", i))
		}
	}
	if _, err := cacheTTL(c.CacheTTL); err != nil {
		errs = append(errs, err)
	}
	if err := checkHeader(c.header()); err != nil {
		errs = append(errs, err)
	}
	return errs
}

func (c CognitoAuthorizer) header() string {
	if c.Header == "" {
		return "Authorization"
	}
	return c.Header
}

func (c CognitoAuthorizer) headers() []string { return []string{c.header()} }

const insteadOfCognito = "guard it with a TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...), which takes access tokens"

func (c CognitoAuthorizer) enforces(requires []access.Requirement) error {
	scopes := 0
	for _, r := range requires {
		if r.Kind != access.Scope {
			return fmt.Errorf("a Cognito authorizer does not look at %ss: %s", r.Kind, insteadOfCognito)
		}
		scopes++
	}
	if scopes > 1 {
		return fmt.Errorf("a Cognito authorizer takes any one of a route's scopes, so %d AnyScope requirements cannot all hold: %s", scopes, insteadOfCognito)
	}
	return nil
}

func (c CognitoAuthorizer) attach(b *builder, g *guard) attached {
	ttl, _ := cacheTTL(c.CacheTTL)
	pools := make([]awscognito.IUserPool, len(c.UserPools))
	copy(pools, c.UserPools)
	source := awsapigateway.IdentitySource_Header(jsii.String(c.header()))
	arns := make([]*string, len(pools))
	for i, p := range pools {
		arns[i] = p.UserPoolArn()
	}
	return attached{
		authorizationType: awsapigateway.AuthorizationType_COGNITO,
		authorizer: awsapigateway.NewCognitoUserPoolsAuthorizer(b.api, jsii.String(g.id()), &awsapigateway.CognitoUserPoolsAuthorizerProps{
			CognitoUserPools: &pools,
			IdentitySource:   source,
			ResultsCacheTtl:  awscdk.Duration_Seconds(jsii.Number(ttl.Seconds())),
		}),
		fingerprint: map[string]any{"type": "COGNITO_USER_POOLS", "pools": arns, "source": source, "ttl": ttl.Seconds()},
	}
}
