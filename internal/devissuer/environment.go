package devissuer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// The variables that set the endpoints of AWS Secrets Manager and Amazon Cognito user pools for the AWS SDKs and the
// included functions.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const (
	secretsVariable = "AWS_ENDPOINT_URL_SECRETS_MANAGER"
	cognitoVariable = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
)

// Environment returns the environment of an included authorizer's or login's function, changed so that the function
// works with this provider's issuers. The function gets keys (jwksUrl) and introspects tokens here, and finds secrets
// and app clients here, through the endpoints of AWS Secrets Manager and Amazon Cognito. A login signs users in here
// (discoveryUrl), in an app at [Options.AppOrigin], whose host its sessions are for. What tokens must contain does not
// change. Environments of other functions, and issuers that the provider does not have, are left unchanged.
//
// Only functions that were built to run here accept keys over http.
func (p *Provider) Environment(variables map[string]string) (map[string]string, error) {
	out := maps.Clone(variables)
	for name, change := range map[string]func(settings map[string]any, out map[string]string) error{
		authz.ConfigVariable: p.changeAuthorizer, loginVariable: p.changeLogin,
	} {
		text, included := variables[name]
		if !included {
			continue
		}
		if p.base == "" {
			return nil, fmt.Errorf("%w: no Options.BaseURL was given, so no function can get keys from here", ErrConfig)
		}
		// Edit the JSON itself and not a parsed configuration, so that a function of another release keeps all its settings.
		settings, err := decodeObject(text)
		if err == nil {
			err = change(settings, out)
		}
		if err != nil {
			return nil, fmt.Errorf("devissuer: %s: %w: it is what the secureapi construct writes", name, err)
		}
		out[name] = string(plainjson.Must(settings))
	}
	return out, nil
}

func (p *Provider) changeAuthorizer(settings map[string]any, out map[string]string) error {
	list, ok := settings["issuers"].([]any)
	if !ok {
		return errors.New("want a list of issuers")
	}
	for n := range list {
		issuer, ok := list[n].(map[string]any)
		if !ok {
			return errors.New("want objects in the list of issuers")
		}
		p.changeIssuer(issuer, out)
	}
	if session, ok := settings["session"].(map[string]any); ok {
		if p.appOrigin != "" {
			session["host"] = p.appHost()
		}
		p.findSecret(session["keysArn"], out)
		if table, ok := session["table"].(map[string]any); ok && len(list) == 1 {
			p.changeClient(table, list[0].(map[string]any), out) // the client with which it renews tokens
		}
	}
	return nil
}

// changeClient makes a function find an issuer's metadata and its client's credential here.
func (p *Provider) changeClient(client, issuer map[string]any, out map[string]string) {
	url, _ := issuer["url"].(string)
	at := p.DiscoveryURL(url)
	if at == "" {
		return
	}
	if asked, _ := issuer["introspection"].(map[string]any); asked != nil {
		if arn, _ := issuer["secretArn"].(string); arn == "" { // ID tokens are JWTs even if access tokens are opaque
			issuer["jwksUrl"] = p.JWKSURL(url)
		}
	}
	client["discoveryUrl"] = at
	p.findSecret(client["secretArn"], out)
	if pool, _ := client["userPoolId"].(string); pool != "" {
		out[cognitoVariable] = p.CognitoURL()
	}
}

// changeIssuer makes a function get an issuer's keys from here. It reports false if the provider does not have the
// issuer.
func (p *Provider) changeIssuer(issuer map[string]any, out map[string]string) bool {
	url, _ := issuer["url"].(string)
	arn, _ := issuer["secretArn"].(string)
	asked, _ := issuer["introspection"].(map[string]any)
	jwks := p.JWKSURL(url)
	if jwks == "" {
		return false
	}
	// Opaque tokens need no keys, unless introspection responses are signed.
	if arn == "" && (asked == nil || asked["verifyJwts"] == true || asked["signedResponse"] == true) {
		issuer["jwksUrl"] = jwks
	}
	if asked != nil {
		asked["endpoint"] = p.IntrospectionURL(url)
		p.findSecret(asked["secretArn"], out)
	}
	p.findSecret(arn, out)
	return true
}

func (p *Provider) changeLogin(settings map[string]any, out map[string]string) error {
	issuer, ok := settings["issuer"].(map[string]any)
	if !ok {
		return errors.New("want an object as issuer")
	}
	if !p.changeIssuer(issuer, out) {
		return nil
	}
	p.changeClient(settings, issuer, out)
	if p.appOrigin != "" {
		settings["origin"] = p.appOrigin
	}
	p.findSecret(settings["keysArn"], out)
	return nil
}

// findSecret makes a function look for secrets here, if the provider has this one.
func (p *Provider) findSecret(arn any, out map[string]string) {
	if text, _ := arn.(string); p.knowsSecret(text) {
		out[secretsVariable] = p.SecretsURL()
	}
}

// appHost returns the host of the app's origin, with its port.
func (p *Provider) appHost() string {
	u, err := url.Parse(p.appOrigin)
	if err != nil {
		return "" // unreachable: New has parsed it
	}
	return u.Host
}

func decodeObject(text string) (map[string]any, error) {
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return nil, err
	}
	return out, nil
}
