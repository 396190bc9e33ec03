package secureapi

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// BearerJWT is the validation expression that only a Bearer token of three base64url parts passes, as a JWT has.
// API Gateway answers 401 to anything else by itself, without invoking the function.
const BearerJWT = `^[Bb]earer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`

// TokenAuthorizer is a Lambda authorizer of type TOKEN: a function sees one header, and its answer is cached by that.
type TokenAuthorizer struct {
	// JWT uses the included function, which verifies JWTs and enforces the routes' requirements.
	// One of JWT and Function is needed.
	JWT *JWT

	// Function is your own, which then decides alone: routes that it guards cannot have requirements.
	Function awslambda.IFunction

	// InvokeRole is what API Gateway assumes to invoke the function, instead of a permission on the function. A
	// function of another account needs one, unless it is imported and has a permission for API Gateway. Default: none;
	// for a function of another stack, one is made, since a permission would make each stack depend on the other.
	InvokeRole awsiam.IRole

	// Header that holds the token. Default: Authorization.
	Header string

	// ValidationExpression is what the header must match for the function to be invoked. Default: with JWT
	// [BearerJWT], with Function none.
	ValidationExpression string

	// CacheTTL is how long API Gateway keeps the function's policy for a token, in whole seconds up to an hour.
	// A token that is revoked, or a right that is taken, counts until then. Default: 5 minutes. [NoCache] turns it off.
	CacheTTL time.Duration
}

func (TokenAuthorizer) kind() string { return "TokenAuthorizer" }

func (t TokenAuthorizer) check() []error {
	errs := t.lambda().check()
	if _, err := cacheTTL(t.CacheTTL); err != nil {
		errs = append(errs, err)
	}
	if err := checkHeader(t.header()); err != nil {
		errs = append(errs, err)
	}
	if err := checkExpression(t.ValidationExpression); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// checkExpression finds what is no expression at all. API Gateway's dialect has more than Go's (look-around, for
// one), so an expression that uses such a group is left for API Gateway to judge.
func checkExpression(expression string) error {
	if unresolved(expression) {
		return nil
	}
	if _, err := regexp.Compile(expression); err != nil && !strings.Contains(expression, "(?") {
		return fmt.Errorf("ValidationExpression %q: %w", expression, err)
	}
	return nil
}

func (t TokenAuthorizer) header() string {
	if t.Header == "" {
		return "Authorization"
	}
	return t.Header
}

func (t TokenAuthorizer) headers() []string { return []string{t.header()} }

func (t TokenAuthorizer) enforces(requires []access.Requirement) error {
	return t.lambda().enforces(requires)
}

func (t TokenAuthorizer) lambda() lambdaAuthorizer {
	return lambdaAuthorizer{jwt: t.JWT, function: t.Function, invokeRole: t.InvokeRole}
}

func (t TokenAuthorizer) attach(b *builder, g *guard) attached {
	ttl, _ := cacheTTL(t.CacheTTL)
	expression := t.ValidationExpression
	if expression == "" && t.JWT != nil {
		expression = BearerJWT
	}
	function, role := t.lambda().handler(b, g, authz.Config{PerRequest: ttl == 0})
	source := awsapigateway.IdentitySource_Header(jsii.String(t.header()))
	props := &awsapigateway.TokenAuthorizerProps{
		Handler:         function,
		AssumeRole:      role,
		IdentitySource:  source,
		ResultsCacheTtl: awscdk.Duration_Seconds(jsii.Number(ttl.Seconds())),
	}
	if expression != "" {
		props.ValidationRegex = &expression
	}
	return attached{
		authorizationType: awsapigateway.AuthorizationType_CUSTOM,
		authorizer:        awsapigateway.NewTokenAuthorizer(b.api, jsii.String(g.id()), props),
		fingerprint: map[string]any{"type": "TOKEN", "function": function.FunctionArn(), "role": roleARN(role),
			"source": source, "expression": expression, "ttl": ttl.Seconds()},
	}
}

// lambdaAuthorizer is what both kinds of Lambda authorizer share: where the function comes from and who invokes it.
type lambdaAuthorizer struct {
	jwt        *JWT
	function   awslambda.IFunction
	invokeRole awsiam.IRole
}

func (l lambdaAuthorizer) check() []error {
	switch {
	case l.jwt == nil && l.function == nil:
		return []error{errors.New("neither JWT nor Function is set: JWT uses the included function, Function is your own")}
	case l.jwt != nil && l.function != nil:
		return []error{errors.New("both JWT and Function are set: JWT uses the included function, Function is your own")}
	case l.jwt != nil:
		return l.jwt.check()
	}
	return nil
}

func (l lambdaAuthorizer) enforces(requires []access.Requirement) error {
	if l.jwt != nil {
		return literal(requires)
	}
	if len(requires) == 0 || l.function == nil { // neither is set: check says so, and JWT may be what was meant
		return nil
	}
	return fmt.Errorf("your own Function decides alone, so nothing here enforces a %s: use JWT instead of Function, or leave the requirement out and let the function check it", requires[0].Kind)
}

// literal refuses values that are known only when the stack is deployed: they are written into the function's bundle,
// which is made before.
func literal(requires []access.Requirement) error {
	for _, r := range requires {
		for _, v := range r.AnyOf {
			if unresolved(v) {
				return fmt.Errorf("the %s is a CDK token, whose value is not known yet when the function is bundled: write it out", r.Kind)
			}
		}
	}
	return nil
}

// handler is the function that the authorizer invokes, and the role it is invoked with, if any.
func (l lambdaAuthorizer) handler(b *builder, g *guard, config authz.Config) (awslambda.IFunction, awsiam.IRole) {
	if l.jwt != nil {
		return l.jwt.function(b, g, config), l.invokeRole
	}
	if of, here, foreign := b.ofAnotherAccount(l.function); foreign && l.invokeRole == nil {
		if b.ofAnotherStack(l.function) {
			b.fail("%s: its Function is of account %s and the API of %s, and a permission for it would make each stack depend on the other: set InvokeRole, and let that role invoke the function there", g, of, here)
		}
		// An imported function may have its permission already.
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-cross-account-lambda-authorizer.html
		annotation.Warn(b.api, "gatehouse:authorizerOfAnotherAccount", fmt.Sprintf(
			"%s: its Function is of account %s and the API of %s, so no permission for it can be made from here, and without one every request gets 500: let apigateway.amazonaws.com invoke it there, or set InvokeRole, and let that role", g, of, here))
	}
	if l.invokeRole == nil && b.ofAnotherStack(l.function) {
		return l.function, awsiam.NewRole(b.api, jsii.String(g.idOf("AuthorizerInvokeRole")), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		})
	}
	return l.function, l.invokeRole
}

func roleARN(role awsiam.IRole) any {
	if role == nil {
		return nil
	}
	return role.RoleArn()
}
