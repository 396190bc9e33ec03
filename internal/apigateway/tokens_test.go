package apigateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TestUserPoolTokens makes requests with tokens of the development issuer in the form of the assembly's user pool.
func TestUserPoolTokens(t *testing.T) {
	var told records
	resources := shop()
	resources["Scoped"], resources["GetScoped"] = path("", "scoped"), newMethod("Scoped", "GET", mock("scoped"), object{
		"AuthorizationType":   "COGNITO_USER_POOLS",
		"AuthorizerId":        ref("PoolAuth"),
		"AuthorizationScopes": []any{"shop/read", "shop/write"},
	})
	api := Start(t, assemblyOf(t, resources), Options{Record: told.add})
	for _, c := range []struct {
		name, target string
		request      devissuer.TokenRequest
		want         int
	}{
		{"an ID token", "GET /prod/account", devissuer.TokenRequest{Use: devissuer.ID}, 200},
		{
			"an access token for a method without scopes",
			"GET /prod/account",
			devissuer.TokenRequest{Use: devissuer.Access},
			401,
		},
		{"of another client", "GET /prod/account", devissuer.TokenRequest{Use: devissuer.ID, Audience: "stranger"}, 401},
		{"expired", "GET /prod/account", devissuer.TokenRequest{Use: devissuer.ID, Expires: -time.Minute}, 401},
		{
			"one of the scopes",
			"GET /prod/scoped",
			devissuer.TokenRequest{Use: devissuer.Access, Scopes: []string{"shop/write"}},
			200,
		},
		{
			"another scope",
			"GET /prod/scoped",
			devissuer.TokenRequest{Use: devissuer.Access, Scopes: []string{"shop/delete"}},
			401,
		},
		{"an ID token for a method with scopes", "GET /prod/scoped", devissuer.TokenRequest{Use: devissuer.ID}, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, body := send(t, api.URL, c.target, "Authorization: Bearer "+api.Token(c.request))
			if answer.StatusCode != c.want {
				t.Errorf("got %d %s, want %d: %s", answer.StatusCode, body, c.want, told.last().Reason)
			}
			if expired := strings.Contains(body, "The incoming token has expired"); expired != (c.request.Expires < 0) {
				t.Errorf("got %s", body)
			}
		})
	}
}

func keysWithoutIssuer(t *testing.T, dir string) []checks.AccessKey {
	t.Helper()
	g, err := New(Options{Assembly: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g.AccessKeys()
}

// TestImportedUserPool makes requests with a token of a pool of which the assembly has only the ARN. Its clients are
// not known, so the development issuer uses its own.
func TestImportedUserPool(t *testing.T) {
	var told records
	resources := bare()
	resources["PoolAuth"] = resource(
		"ApiGateway::Authorizer",
		object{
			"RestApiId":      ref("Api"),
			"Name":           "pool",
			"Type":           "COGNITO_USER_POOLS",
			"IdentitySource": "method.request.header.Authorization",
			"ProviderARNs":   []any{"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3"},
		},
	)
	addRoute(
		resources,
		"GET /account",
		mock("account"),
		object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")},
	)
	api := Start(t, assemblyOf(t, resources), Options{Record: told.add})
	for _, c := range []struct {
		name    string
		request devissuer.TokenRequest
		want    int
	}{
		{"an ID token", devissuer.TokenRequest{}, 200},
		{"an access token", devissuer.TokenRequest{Use: devissuer.Access}, 401},
		{"expired", devissuer.TokenRequest{Expires: -time.Minute}, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, body := send(t, api.URL, "GET /prod/account", "Authorization: Bearer "+api.Token(c.request))
			if answer.StatusCode != c.want {
				t.Errorf("got %d %s, want %d: %s", answer.StatusCode, body, c.want, told.last().Reason)
			}
		})
	}
}

// TestAccessKeys signs requests with development keys: the developer's, and the key of a role that may call one route.
func TestAccessKeys(t *testing.T) {
	resources := shop()
	resources["Caller"] = resource(
		"IAM::Role",
		object{"AssumeRolePolicyDocument": object{}, "Policies": []any{object{"PolicyName": "p", "PolicyDocument": object{
			"Version": "2012-10-17",
			"Statement": []any{object{
				"Effect":   "Allow",
				"Action":   "execute-api:Invoke",
				"Resource": "arn:aws:execute-api:*:*:*/prod/GET/signed",
			}},
		}}}},
	)
	resources["Idle"] = resource("IAM::Role", object{"AssumeRolePolicyDocument": object{}})
	resources["Integration"] = resource("IAM::Role", object{
		"AssumeRolePolicyDocument": object{"Statement": []any{object{
			"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "apigateway.amazonaws.com"},
		}}},
		"Policies": []any{object{"PolicyName": "p", "PolicyDocument": object{"Statement": []any{object{
			"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*",
		}}}}},
	})
	resources["PostSigned"] = newMethod("Signed", "POST", mock("posted"), object{"AuthorizationType": "AWS_IAM"})
	dir := assemblyOf(t, resources)
	store, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: t.TempDir() + "/keys"})
	if err != nil {
		t.Fatal(err)
	}
	api := start(t, dir, store, Options{})
	keys := api.AccessKeys()
	if len(keys) != 3 || keys[0].Principal != nil || keys[0].SessionToken != "" || keys[1].Principal != nil ||
		keys[1].SessionToken == "" {
		t.Fatalf("got the keys %+v, want the developer's two first", keys)
	}
	keys = append(keys[:1:1], keys[2], keys[1])
	if keys[1].Principal == nil || keys[1].Principal.LogicalID != "Caller" || !strings.HasPrefix(keys[1].ID, "ASIA") ||
		keys[1].SessionToken == "" {
		t.Fatalf("got the keys %+v, want temporary credentials of the role with a policy", keys)
	}
	if again := start(t, dir, store, Options{}).AccessKeys(); again[0].ID != keys[0].ID ||
		again[2].Secret != keys[1].Secret ||
		again[2].SessionToken != keys[1].SessionToken ||
		keys[0].ID == keys[1].ID {
		t.Error("the keys are not the same at the next start, or not different from each other")
	}
	for name, others := range map[string][]checks.AccessKey{
		"issuer":  Start(t, dir, Options{}).AccessKeys(),
		"gateway": keysWithoutIssuer(t, dir),
	} {
		if others[0].ID != keys[0].ID || others[0].Secret == keys[0].Secret || others[2].Secret == keys[1].Secret ||
			others[2].SessionToken == keys[1].SessionToken {
			t.Errorf("another user's %s has the same secrets, so others can sign", name)
		}
	}
	for _, c := range []struct {
		name   string
		key    int
		secret string
		token  string
		verb   string
		want   string
	}{
		{"the developer", 0, keys[0].Secret, "", "POST", "200 "},
		{"the developer's temporary credentials", 2, keys[2].Secret, keys[2].SessionToken, "POST", "200 "},
		{"the role, on an allowed route", 1, keys[1].Secret, keys[1].SessionToken, "GET", "200 "},
		{"the role, on another route", 1, keys[1].Secret, keys[1].SessionToken, "POST", "403 AccessDeniedException"},
		{"with another's secret", 1, keys[0].Secret, keys[1].SessionToken, "GET", "403 InvalidSignatureException"},
		// "The security token included in the request is invalid.":
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
		{"without the token", 1, keys[1].Secret, "", "GET", "403 UnrecognizedClientException"},
		{"with another's token", 1, keys[1].Secret, keys[2].SessionToken, "GET", "403 UnrecognizedClientException"},
		{
			"with a token, of a long-term key",
			0,
			keys[0].Secret,
			keys[2].SessionToken,
			"GET",
			"403 UnrecognizedClientException",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(c.verb, api.URL+"/prod/signed", nil)
			if err != nil {
				t.Fatal(err)
			}
			empty := sha256.Sum256(nil)
			creds := aws.Credentials{AccessKeyID: keys[c.key].ID, SecretAccessKey: c.secret, SessionToken: c.token}
			if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hex.EncodeToString(empty[:]),
				"execute-api", "eu-west-1", time.Now()); err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if got := fmt.Sprint(answer.StatusCode, " ", answer.Header.Get("x-amzn-ErrorType")); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
