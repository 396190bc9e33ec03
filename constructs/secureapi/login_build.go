package secureapi

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// addLogins creates the functions of logins, and the stores of their sessions.
func (b *builder) addLogins() {
	for _, planned := range b.plan.Logins {
		l := planned.Of.(*Login)
		kept := b.keep(l, planned)
		config := l.config(b.plan, planned, kept)
		kept.renew(config)
		b.kept[planned] = kept
		f := b.loginFunction(l, planned, kept, config)
		b.functions = append(b.functions, f) // planned.Function is its number
		b.api.logins = append(b.api.logins, f)
	}
}

func (b *builder) loginFunction(
	l *Login, planned *plan.Login, kept keptSessions, config settings.Login,
) awslambda.Function {
	environment := config.Environment()
	if err := planned.CheckEnvironment(environment[settings.LoginVariable]); err != nil {
		b.fail("%w", err)
	}
	var props awslambda.FunctionProps
	if l.FunctionProps != nil {
		props = *l.FunctionProps
	}
	if props.Timeout == nil {
		props.Timeout = awscdk.Duration_Seconds(jsii.Number(loginTimeout))
	}
	included := IncludedLogin()
	if kept.table != nil {
		included = IncludedTableLogin()
	}
	function := gofunction.New(b.api, planned.ID("LoginFunction"), &gofunction.Props{
		Package:       cmp.Or(l.Package, included),
		Environment:   environment,
		FunctionProps: &props,
	})
	resource := function.Node().DefaultChild().(awscdk.CfnResource)
	resource.AddMetadata(jsii.String(rules.FunctionMetadata), heldEnvironment(environment))
	kept.keys.GrantRead(function, nil)
	kept.grantTable(function, settings.AllActions)
	l.grantClient(planned, function)
	return function
}

// addLoginPage answers navigations without a session with a link to the login. Other requests are answered as before.
func (b *builder) addLoginPage() {
	page := b.plan.LoginPage()
	if page == "" {
		return
	}
	b.api.AddGatewayResponse("Unauthorized", &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_UNAUTHORIZED(),
		ResponseHeaders: &map[string]*string{"Cache-Control": jsii.String("'no-store'")},
		Templates: &map[string]*string{
			"application/json": jsii.String(login.UnauthorizedJSON),
			"text/html":        &page,
		},
	})
	b.api.loginPage = true
}

// LoginFunction returns the function of the API's [Login], for grants and alarms.
//
// It panics if no [SessionAuthorizer] guards the API. It also panics if there are several logins; use
// [API.LoginFunctionAt] then.
func (a *API) LoginFunction() awslambda.Function {
	const method = "LoginFunction"
	switch len(a.logins) {
	case 0:
		a.fail(method, "the API has no Login: it has one with a SessionAuthorizer")
	case 1:
	default:
		a.fail(method, "the API has %d Logins: use LoginFunctionAt with the Path of one of them", len(a.logins))
	}
	return a.logins[0]
}

// LoginFunctionAt returns the function of the [Login] with this Path, such as "/auth".
//
// It panics if there is no such login.
func (a *API) LoginFunctionAt(path string) awslambda.Function {
	var paths []string
	for i, l := range a.plan.Logins {
		if l.Home() == path {
			return a.logins[i]
		}
		paths = append(paths, l.Home())
	}
	a.fail("LoginFunctionAt", "there is no Login at %q: there are %q", path, paths)
	return nil
}
