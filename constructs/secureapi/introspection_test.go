package secureapi_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func newSecret(stack awscdk.Stack, id string) awssecretsmanager.ISecret {
	return awssecretsmanager.NewSecret(stack, jsii.String(id), nil)
}

// asked returns an issuer of opaque tokens.
func asked(stack awscdk.Stack) secureapi.Issuer {
	return secureapi.Issuer{
		URL: "https://idp.example.com/", Audiences: []string{"orders"},
		Introspection: &secureapi.Introspection{
			Endpoint: "https://idp.example.com/introspect", ClientID: "orders-api",
			ClientAuth: secureapi.ClientSecret(newSecret(stack, "Secret")),
		},
	}
}

func token(i secureapi.Issuer) secureapi.TokenAuthorizer {
	return secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{i}}}
}

func TestIntrospectionInTemplate(t *testing.T) {
	for name, c := range map[string]struct {
		authorizer func(awscdk.Stack) secureapi.Authorizer
		ttl        float64
		expression any
		function   []string
	}{
		"opaque tokens": {func(s awscdk.Stack) secureapi.Authorizer { return token(asked(s)) },
			60, secureapi.BearerToken,
			[]string{`\"endpoint\":\"https://idp.example.com/introspect\",\"clientId\":\"orders-api\",` +
				`\"clientAuth\":\"client_secret_basic\",\"secretArn\":\"`}},
		"JWTs, every time": {func(s awscdk.Stack) secureapi.Authorizer {
			i := asked(s)
			i.Introspection.VerifyJWTs, i.Introspection.AnswerTTL = true, secureapi.NoCache
			return token(i)
		}, 60, secureapi.BearerJWT, []string{`\"verifyJwts\":true`, `\"answerSeconds\":-1`}},
		"a TTL of one's own": {func(s awscdk.Stack) secureapi.Authorizer {
			a := token(asked(s))
			a.CacheTTL = 5 * time.Minute
			return a
		}, 300, secureapi.BearerToken, nil},
		"a private key, and signed answers": {func(s awscdk.Stack) secureapi.Authorizer {
			i := asked(s)
			i.Introspection.SignedResponse = true
			i.Introspection.ClientAuth = secureapi.PrivateKeyJWT(newSecret(s, "Key"), "ES256")
			i.Introspection.ClientAuth.SecretField, i.Introspection.ClientAuth.KeyID = "pem", "k1"
			return token(i)
		}, 60, secureapi.BearerToken, []string{`\"clientAuth\":\"private_key_jwt\"`, `\"algorithm\":\"ES256\"`,
			`\"secretField\":\"pem\"`, `\"keyId\":\"k1\"`, `\"signedResponse\":true`}},
		"by the whole request": {func(s awscdk.Stack) secureapi.Authorizer {
			i := asked(s)
			i.Introspection.ClientAuth = secureapi.ClientSecretPost(newSecret(s, "Post"))
			return secureapi.RequestAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{i}}}
		}, 60, nil, []string{`\"clientAuth\":\"client_secret_post\"`}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := newStack()
			shop(stack, func(p *secureapi.Props) { p.Authorizer = c.authorizer(stack) })
			for _, a := range resources(stack, "AWS::ApiGateway::Authorizer") {
				if a["AuthorizerResultTtlInSeconds"] != c.ttl || a["IdentityValidationExpression"] != c.expression {
					t.Errorf("authorizer: got %v", a)
				}
			}
			functions, _ := json.Marshal(resources(stack, "AWS::Lambda::Function"))
			for _, want := range c.function {
				if !strings.Contains(string(functions), want) {
					t.Errorf("environment of the function: want %s in\n%s", want, functions)
				}
			}
			policies, _ := json.Marshal(resources(stack, "AWS::IAM::Policy"))
			if !strings.Contains(string(policies), "secretsmanager:GetSecretValue") {
				t.Errorf("policies: got %s, want permission to read the secret", policies)
			}
		})
	}
}

func TestBearerExpressions(t *testing.T) {
	for text, want := range map[string]bool{
		"Bearer a": true, "bearer A9-._~+/==": true, "Bearer a.b.c": true,
		"Bearer ": false, "Bearer a b": false, "Bearer a,b": false, "Bearer =": false, "Bearer a=b": false, "Basic a": false,
	} {
		if got := regexp.MustCompile(secureapi.BearerToken).MatchString(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestIntrospectionErrors(t *testing.T) {
	for want, change := range map[string]func(*secureapi.Issuer){
		"TokenAuthorizer: JWT.Issuers[0]: issuer \"https://idp.example.com/\": Introspection: ClientAuth has no secret: " +
			"an endpoint answers clients that authenticate": func(i *secureapi.Issuer) {
			i.Introspection.ClientAuth = secureapi.ClientAuth{}
		},
		"Endpoint \"http://idp.example.com\" is not an https URL": func(i *secureapi.Issuer) {
			i.Introspection.Endpoint = "http://idp.example.com"
		},
	} {
		stack := newStack()
		i := asked(stack)
		change(&i)
		refused(t, func() { shop(stack, func(p *secureapi.Props) { p.Authorizer = token(i) }) }, want)
	}
}
