package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// lambdaAuthorizer is what both kinds of Lambda authorizers share: the function and who invokes it.
type lambdaAuthorizer struct {
	jwt        *JWT
	function   awslambda.IFunction
	invokeRole awsiam.IRole
}

func (l lambdaAuthorizer) plan() plan.Lambda {
	return plan.Lambda{JWT: l.jwt.plan(), Own: l.function != nil}
}

// handler is the function that an authorizer invokes, and the role with which it is invoked, if any.
type handler struct {
	function awslambda.IFunction
	role     awsiam.IRole
	included included
	own      awslambda.IFunction // the user's, if it belongs to this account
}

func (h handler) roleARN() any {
	if h.role == nil {
		return nil
	}
	return h.role.RoleArn()
}

// request returns the handler as an authorizer of type REQUEST, whose answers are cached by these sources.
func (h handler) request(s *site, g *plan.Guard, by []identity.Source, ttl float64) attached {
	sources := []*string{}
	for _, source := range by {
		sources = append(sources, jsii.String(source.String()))
	}
	authorizer := awsapigateway.NewRequestAuthorizer(s.scope, jsii.String(g.ID()), &awsapigateway.RequestAuthorizerProps{
		Handler:         h.function,
		AssumeRole:      h.role,
		IdentitySources: &sources,
		ResultsCacheTtl: resultsTTL(ttl),
	})
	if len(sources) == 0 {
		// CDK writes an empty string, which differs from having no identity source.
		authorizer.Node().DefaultChild().(awsapigateway.CfnAuthorizer).SetIdentitySource(nil)
	}
	return attached{
		authorizationType: "CUSTOM",
		authorizer:        authorizer,
		fingerprint: map[string]any{
			"type":     "REQUEST",
			"function": h.function.FunctionArn(),
			"role":     h.roleARN(),
			"sources":  sources,
			"ttl":      ttl,
		},
		included: h.included,
		own:      h.own,
	}
}

func (l lambdaAuthorizer) handler(s *site, g *plan.Guard, config settings.Authorizer) handler {
	if l.jwt != nil {
		made := l.jwt.build(s, g, config)
		return handler{function: made.invoked(), role: l.invokeRole, included: made}
	}
	own := l.function
	of, here, foreign := s.ofAnotherAccount(l.function)
	if foreign {
		own = nil
	}
	if foreign && l.invokeRole == nil {
		if s.ofAnotherStack(l.function) {
			s.fail("%s: its Function is of account %s and the API of %s, and a permission for it would make each "+
				"stack depend on the other: set InvokeRole, and let that role invoke the function there", g, of, here)
		}
		// An imported function may have its permission already. Source:
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-cross-account-lambda-authorizer.html
		annotation.Warn(s.scope, "gatehouse:authorizerOfAnotherAccount", fmt.Sprintf(
			"%s: its Function is of account %s and the API of %s, so no permission for it can be made from here, and "+
				"without one every request gets 500: let apigateway.amazonaws.com invoke it there, or set InvokeRole, "+
				"and let that role",
			g, of, here))
	}
	if l.invokeRole == nil && s.ofAnotherStack(l.function) {
		role := awsiam.NewRole(s.scope, jsii.String(g.IDOf("AuthorizerInvokeRole")), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		})
		return handler{function: l.function, role: role, own: own}
	}
	return handler{function: l.function, role: l.invokeRole, own: own}
}
