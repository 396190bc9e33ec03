package devissuer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// secretsVariable is where the AWS SDKs, and the included authorizer, look for another endpoint of AWS Secrets Manager.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const secretsVariable = "AWS_ENDPOINT_URL_SECRETS_MANAGER"

// Environment is the environment of an included authorizer's function, changed so that it gets the keys of this
// provider's issuers from here: jwksUrl, the endpoint of an introspection, and for secrets the endpoint of AWS Secrets
// Manager. What its tokens must say stays as it is. Other functions' environments, and issuers that are not the provider's, are left alone.
//
// Keys over http are accepted by an authorizer that was built to run here, and by no other.
func (p *Provider) Environment(variables map[string]string) (map[string]string, error) {
	out := maps.Clone(variables)
	text, included := variables[authz.ConfigVariable]
	if !included {
		return out, nil
	}
	if p.base == "" {
		return nil, fmt.Errorf("%w: no Options.BaseURL was given, so no function can get keys from here", ErrConfig)
	}
	fail := func(err error) (map[string]string, error) {
		return nil, fmt.Errorf(
			"devissuer: %s: %w: it is what the secureapi construct writes",
			authz.ConfigVariable,
			err,
		)
	}
	// Read as it stands rather than as an authz.Config, so that a function of another release keeps all that it knows.
	config, err := decodeObject(text)
	if err != nil {
		return fail(err)
	}
	list, ok := config["issuers"].([]any)
	if !ok {
		return fail(errors.New("want a list of issuers"))
	}
	for n := range list {
		issuer, ok := list[n].(map[string]any)
		if !ok {
			return fail(errors.New("want objects in the list of issuers"))
		}
		url, _ := issuer["url"].(string)
		arn, _ := issuer["secretArn"].(string)
		asked, _ := issuer["introspection"].(map[string]any)
		jwks := p.JWKSURL(url)
		if jwks == "" {
			continue
		}
		// Opaque tokens have no keys, unless answers about them are signed.
		if arn == "" && (asked == nil || asked["verifyJwts"] == true || asked["signedResponse"] == true) {
			issuer["jwksUrl"] = jwks
		}
		if asked != nil {
			asked["endpoint"] = p.IntrospectionURL(url)
			if arn == "" {
				arn, _ = asked["secretArn"].(string)
			}
		}
		if p.knowsSecret(arn) {
			out[secretsVariable] = p.SecretsURL()
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(config); err != nil {
		return fail(err)
	}
	out[authz.ConfigVariable] = string(bytes.TrimSpace(b.Bytes()))
	return out, nil
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
