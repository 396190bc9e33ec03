package main

import (
	"fmt"
	"net/url"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// What is yours to change: your OpenID provider, the audience of its access tokens, the client that is registered there
// and the name of the secret in AWS Secrets Manager that has the client's secret.
const (
	issuerURL    = "https://example.okta.com/oauth2/default"
	audience     = "api://orders"
	clientID     = "shop"
	clientSecret = "shop/client-secret"
)

// Packages are folders, so that this example can be copied into any module; import paths do as well.
const (
	pagePackage   = "./page-fn"
	ordersPackage = "./orders-fn"
)

// newStack reads two settings from CDK's context: origin, where browsers open the page (-c
// origin=https://shop.example.com), and certificate, the ARN of a certificate for that name in AWS Certificate Manager.
func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	origin := setting(stack, "origin", "https://shop.example.com")
	page := gofunction.New(stack, "Page", &gofunction.Props{Package: pagePackage})
	orders := gofunction.New(stack, "Orders", &gofunction.Props{Package: ordersPackage})

	login := &secureapi.Login{
		Issuer:   secureapi.Okta(issuerURL, audience),
		ClientID: clientID,
		ClientAuth: secureapi.ClientSecret(
			awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("ClientSecret"), jsii.String(clientSecret))),
		Origin:   origin,
		Sessions: secureapi.CookieSessions{}, // encrypted into a cookie, so that there is nothing to store
	}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: login},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", page, secureapi.Public("the page itself, which has nothing of any order")),
			secureapi.Handle("GET /app.js", page, secureapi.Public("the page's script")),
			secureapi.Handle("GET /style.css", page, secureapi.Public("the page's styles")),

			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders:write")),
		},
		RestApiProps: customDomain(stack, origin, setting(stack, "certificate", "")),
	})
	return stack
}

// customDomain attaches the API to the origin's name, if there is a certificate for it, and closes the API's own
// address: the session's cookie is for the origin alone. Without a certificate, the origin is attached elsewhere.
func customDomain(stack awscdk.Stack, origin, certificate string) *awsapigateway.RestApiProps {
	if certificate == "" {
		return nil
	}
	at, err := url.Parse(origin)
	if err != nil {
		panic(fmt.Errorf("the origin %q in CDK's context is not a URL: %w", origin, err))
	}
	return &awsapigateway.RestApiProps{
		DomainName: &awsapigateway.DomainNameOptions{
			DomainName: jsii.String(at.Host),
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(
				stack, jsii.String("Certificate"), &certificate),
			EndpointType:   awsapigateway.EndpointType_REGIONAL,
			SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_2,
		},
		DisableExecuteApiEndpoint: jsii.Bool(true),
	}
}

// setting is a value of CDK's context.
func setting(scope constructs.Construct, key, otherwise string) string {
	if value, ok := scope.Node().TryGetContext(&key).(string); ok && value != "" {
		return value
	}
	return otherwise
}
