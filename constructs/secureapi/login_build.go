package secureapi

import (
	"cmp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// keyLength is how many letters and digits a secret of the stack's own has: 64 have some 380 bits.
const keyLength = 64

// loginTimeout is longer than the calls that one request makes to the provider, and shorter than API Gateway waits.
const loginTimeout = 20

// addLogins makes the functions of logins, and the secrets of their sessions.
func (b *builder) addLogins() {
	for _, planned := range b.plan.Logins {
		l := planned.Of.(*Login)
		sessions, _ := l.cookies()
		keys := sessions.Keys
		if keys == nil {
			keys = awssecretsmanager.NewSecret(b.api, jsii.String(planned.ID("SessionKeys")), &awssecretsmanager.SecretProps{
				Description: jsii.String("Keys of sessions of " + b.path + " at " + planned.Home()),
				GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
					PasswordLength:     jsii.Number(keyLength),
					ExcludePunctuation: jsii.Bool(true),
				},
			})
		}
		b.keys[planned] = keys
		f := b.loginFunction(l, planned, keys)
		b.functions = append(b.functions, f) // which planned.Function numbers
		b.api.logins = append(b.api.logins, f)
	}
}

func (b *builder) loginFunction(l *Login, planned *plan.Login, keys awssecretsmanager.ISecret) awslambda.Function {
	environment := l.config(b.plan, planned, keys).Environment()
	if err := planned.CheckEnvironment(environment[login.Variable]); err != nil {
		b.fail("%w", err)
	}
	var props awslambda.FunctionProps
	if l.FunctionProps != nil {
		props = *l.FunctionProps
	}
	if props.Timeout == nil {
		props.Timeout = awscdk.Duration_Seconds(jsii.Number(loginTimeout))
	}
	function := gofunction.New(b.api, planned.ID("LoginFunction"), &gofunction.Props{
		Package:       cmp.Or(l.Package, IncludedLogin()),
		Environment:   environment,
		FunctionProps: &props,
	})
	resource := function.Node().DefaultChild().(awscdk.CfnResource)
	resource.AddMetadata(jsii.String(rules.FunctionMetadata), heldEnvironment(environment))
	keys.GrantRead(function, nil)
	if planned.ReadsPool() {
		l.Issuer.provider.pool.Grant(function, jsii.String("cognito-idp:DescribeUserPoolClient"))
	} else {
		l.ClientAuth.Secret.GrantRead(function, nil)
	}
	return function
}

// knownLogin is a login of an app, with what its session's cookie is and what it is sealed with.
type knownLogin struct {
	*plan.Login
	stack, api string // their paths
	keys       awssecretsmanager.ISecret
}

// noteLogins refuses two logins of one stack that browsers call by one origin and whose cookies are the same, although
// one does not open the other's. In another region, the other stack may answer for the same origin. It returns those
// known so far and the API's own.
func (b *builder) noteLogins(known []knownLogin) []knownLogin {
	for _, l := range b.plan.Logins {
		this := knownLogin{l, *b.stack.Node().Path(), b.path, b.keys[l]}
		for _, other := range known {
			shared := slices.ContainsFunc(l.Cookies(), func(c string) bool { return slices.Contains(other.Cookies(), c) })
			same := other.keys == this.keys && other.ClientID == l.ClientID && other.CookieName() == l.CookieName() &&
				other.Issuer.URL == l.Issuer.URL && other.ReadsIDTokens() == l.ReadsIDTokens()
			if other.stack != this.stack || other.api == this.api || other.Origin != l.Origin || !shared || same {
				continue
			}
			b.fail("%s: %s of %s has the same Origin %q and keeps its session in the same cookie %q, with other Keys or for "+
				"another client or issuer, so that each would end the other's sessions: set CookieSessions.Cookie of one of "+
				"them, or give both the same Keys, client and issuer", l, other.Login, other.api, l.Origin, l.CookieName())
		}
		known = append(known, this)
	}
	return known
}

// addLoginPage answers navigations without a session with a link to the login, and other requests as before.
func (b *builder) addLoginPage() {
	page := b.plan.LoginPage()
	if page == "" {
		return
	}
	b.api.AddGatewayResponse("Unauthorized", &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_UNAUTHORIZED(),
		ResponseHeaders: &map[string]*string{"Cache-Control": jsii.String("'no-store'")},
		Templates: &map[string]*string{
			"application/json": jsii.String(plan.UnauthorizedJSON),
			"text/html":        &page,
		},
	})
	b.api.loginPage = true
}

// LoginFunction returns the function of the API's [Login], for grants and alarms.
//
// It panics if no [SessionAuthorizer] guards the API, or if there are several logins: use [API.LoginFunctionAt].
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
