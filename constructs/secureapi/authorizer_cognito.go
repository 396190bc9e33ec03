package secureapi

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
)

// CognitoAuthorizer guards routes with Amazon Cognito user pools. API Gateway verifies the token; no function runs.
//
// The route decides which token it takes. A route without a scope takes ID tokens only. A route with [AnyScope] takes
// access tokens only, with at least one of the scopes. A client that calls both kinds of route needs both tokens.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
//
// It cannot check groups, or more than one AnyScope on a route; a [TokenAuthorizer] with [CognitoIssuer] can. A
// [JWTAuthorizer] with CognitoIssuer accepts access tokens of selected clients only, and supports conditions on claims.
type CognitoAuthorizer struct {
	// UserPools are the user pools whose tokens are accepted. At least one is required.
	UserPools []awscognito.IUserPool

	// Clients are the app clients whose ID tokens are accepted. API Gateway compares the token's aud with their IDs and
	// answers 401 to tokens of other clients. An access token has no aud, so an authorizer with Clients cannot guard
	// routes that require a scope. Default: nil, which accepts ID tokens of every client of the pools. An empty list that
	// is not nil is an error.
	// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html (identityValidationExpression)
	Clients []awscognito.IUserPoolClient

	// ValidationExpression is a regular expression for the aud of ID tokens, instead of one made from Clients. API Gateway
	// answers 401 if it does not match. It goes into the template unchanged, so begin it with ^ and end it with $. As with
	// Clients, the authorizer then cannot guard routes that require a scope. Default: made from Clients.
	ValidationExpression string

	// Header is the request header that holds the token. Default: Authorization.
	Header string

	// CacheTTL is how long API Gateway caches the result for a verified token, in whole seconds up to an hour. [NoCache]
	// turns the cache off. Default: 5 minutes.
	CacheTTL time.Duration

	// CacheTTLSeconds replaces CacheTTL with a CDK token, such as the ValueAsNumber of a CfnParameter. The deployment
	// resolves it to seconds; 0 turns the cache off. Checks assume an hour. Default: CacheTTL.
	CacheTTLSeconds *float64
}

var _ Authorizer = CognitoAuthorizer{}

func (c CognitoAuthorizer) plan() plan.Authorizer {
	return plan.Authorizer{
		Kind:           "CognitoAuthorizer",
		Tenant:         plan.PoolTenant,
		Problems:       c.check(),
		Enforces:       c.enforces,
		Headers:        []string{c.header()},
		Keeps:          true,
		NeedsAllow:     true,
		Caller:         plan.PoolCaller,
		ComparesScopes: true,
	}
}

func (c CognitoAuthorizer) cacheTTL() cacheTTL { return cacheTTL{c.CacheTTL, c.CacheTTLSeconds} }

func (c CognitoAuthorizer) check() (errs []error) {
	if len(c.UserPools) == 0 {
		errs = append(errs, errors.New("UserPools is empty: name at least one user pool"))
	}
	for i, pool := range c.UserPools {
		if pool == nil {
			errs = append(errs, fmt.Errorf("UserPools[%d] is nil", i))
		}
	}
	errs = append(errs, c.checkClients()...)
	if err := c.cacheTTL().check(); err != nil {
		errs = append(errs, err)
	}
	if _, err := identity.CacheTTL(c.cacheTTL().planned()); err != nil {
		errs = append(errs, err)
	}
	if err := identity.CheckHeader(c.header()); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// clientID matches the ID of an app client.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
var clientID = regexp.MustCompile(`^[\w+]+$`)

func (c CognitoAuthorizer) checkClients() (errs []error) {
	if c.Clients != nil && c.ValidationExpression != "" {
		return []error{fmt.Errorf("ValidationExpression %q is set, and Clients makes an expression too: leave one out",
			c.ValidationExpression)}
	}
	if err := identity.CheckExpression(c.ValidationExpression); err != nil {
		errs = append(errs, err)
	}
	if c.Clients != nil && len(c.Clients) == 0 {
		return []error{errors.New("the list Clients is empty, which reads as no client at all: name at least one app " +
			"client, or leave it nil to accept the tokens of every client of the user pools")}
	}
	ids := make([]string, len(c.Clients))
	for i, client := range c.Clients {
		if client == nil {
			errs = append(errs, fmt.Errorf("the app client Clients[%d] is nil", i))
			continue
		}
		ids[i] = *client.UserPoolClientId()
		switch first := slices.Index(ids, ids[i]); {
		case cdktoken.UnresolvedList(ids[i]):
			errs = append(errs, fmt.Errorf("the app client Clients[%d] has a list for its id, which is known only "+
				"when the stack is deployed: take single values of it with awscdk.Fn_Select", i))
		case !cdktoken.Unresolved(ids[i]) && (len(ids[i]) > 128 || !clientID.MatchString(ids[i])):
			errs = append(errs, fmt.Errorf("the app client Clients[%d] has the id %q: want 1 to 128 letters, digits, "+
				"_ and +, as Amazon Cognito makes them", i, ids[i]))
		case first < i:
			errs = append(errs, fmt.Errorf("the app client Clients[%d] is the same app client as Clients[%d]: leave "+
				"one out", i, first))
		}
	}
	return errs
}

// audience returns the expression that API Gateway compares a token's aud with, or "" if any client's token is
// accepted. A single client is written with anchors, because API Gateway does not document whether it adds them.
func (c CognitoAuthorizer) audience() string {
	if c.Clients == nil {
		return c.ValidationExpression
	}
	ids := make([]string, len(c.Clients))
	for i, client := range c.Clients {
		ids[i] = *client.UserPoolClientId()
		if !cdktoken.Unresolved(ids[i]) {
			ids[i] = regexp.QuoteMeta(ids[i])
		}
	}
	return "^(" + strings.Join(ids, "|") + ")$"
}

func (c CognitoAuthorizer) header() string { return cmp.Or(c.Header, "Authorization") }

const insteadOfCognito = "guard it with a TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...), which takes " +
	"access tokens"

func (c CognitoAuthorizer) enforces(requires []access.Requirement) error {
	scopes := 0
	for _, r := range requires {
		if r.Kind == access.Claim && (JWTAuthorizer{}).condition(r) == nil {
			return fmt.Errorf("a Cognito authorizer does not look at claims: guard it with a JWTAuthorizer of "+
				"CognitoIssuer(pool, clients...), if all of its routes require that %s; else %s", r, insteadOfCognito)
		}
		if r.Kind != access.Scope {
			return fmt.Errorf("a Cognito authorizer does not look at %s: %s", r.Subject(), insteadOfCognito)
		}
		scopes++
	}
	if scopes > 1 {
		return fmt.Errorf("a Cognito authorizer takes any one of a route's scopes, so %d AnyScope requirements "+
			"cannot all hold: %s", scopes, insteadOfCognito)
	}
	if scopes > 0 && c.ValidationExpression != "" {
		return fmt.Errorf("its ValidationExpression is compared with aud, which an access token does not have, so that API "+
			"Gateway would answer 401 to all of them: name a CognitoAuthorizer without it for this route, or a JWTAuthorizer "+
			"of CognitoIssuer(pool, clients...), which compares client_id; else %s of these clients alone", insteadOfCognito)
	}
	if scopes > 0 && c.Clients != nil {
		// Source: https://github.com/awsdocs/amazon-api-gateway-developer-guide/pull/54
		return fmt.Errorf("its Clients are compared with aud, which an access token does not have, so that API "+
			"Gateway would answer 401 to all of them: name a CognitoAuthorizer without Clients for this route, or a "+
			"JWTAuthorizer of CognitoIssuer(pool, clients...), which compares client_id; else %s of these clients alone",
			insteadOfCognito)
	}
	return nil
}

func (c CognitoAuthorizer) attach(s *site, g *plan.Guard) attached {
	known, _ := identity.CacheTTL(c.cacheTTL().planned())
	ttl := c.cacheTTL().inTemplate(known)
	pools := slices.Clone(c.UserPools)
	source := awsapigateway.IdentitySource_Header(jsii.String(c.header()))
	arns := make([]*string, len(pools))
	for i, p := range pools {
		arns[i] = p.UserPoolArn()
	}
	authorizer := awsapigateway.NewCognitoUserPoolsAuthorizer(
		s.scope,
		jsii.String(g.ID()),
		&awsapigateway.CognitoUserPoolsAuthorizerProps{
			CognitoUserPools: &pools,
			IdentitySource:   source,
			ResultsCacheTtl:  resultsTTL(ttl),
		},
	)
	fingerprint := map[string]any{
		"type":   "COGNITO_USER_POOLS",
		"pools":  arns,
		"source": source,
		"ttl":    ttl,
	}
	if audience := c.audience(); audience != "" { // CDK's L2 has no such prop
		authorizer.Node().DefaultChild().(awsapigateway.CfnAuthorizer).SetIdentityValidationExpression(&audience)
		fingerprint["expression"] = audience
	}
	return attached{
		authorizationType: "COGNITO_USER_POOLS",
		authorizer:        authorizer,
		fingerprint:       fingerprint,
	}
}
