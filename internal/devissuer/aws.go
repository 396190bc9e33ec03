package devissuer

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
)

// CognitoURL returns the endpoint that replaces Amazon Cognito user pools and knows the client secrets of their app
// clients: the value for AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER. It is "" if the provider is not served. Its path
// is the same as that of [Provider.SecretsURL].
func (p *Provider) CognitoURL() string { return p.SecretsURL() }

// serveAWS answers calls of AWS APIs, by the operation that they name.
func (p *Provider) serveAWS(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, body any) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	refuse := func(kind, message string) {
		answer(http.StatusBadRequest, map[string]any{"__type": kind, "Message": "devissuer: " + message})
	}
	operation := map[string]func(in awsInput) (map[string]any, string, error){
		"secretsmanager.GetSecretValue":                            p.getSecretValue,
		"AWSCognitoIdentityProviderService.DescribeUserPoolClient": p.describeUserPoolClient,
	}[r.Header.Get("X-Amz-Target")]
	if r.Method != http.MethodPost || operation == nil {
		refuse("InvalidRequestException", "only GetSecretValue and DescribeUserPoolClient are answered here")
		return
	}
	var in awsInput
	if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&in); err != nil {
		refuse("InvalidParameterException", "want a JSON object with SecretId, or with UserPoolId and ClientId")
		return
	}
	out, missing, err := operation(in)
	switch {
	case err != nil:
		answer(http.StatusInternalServerError, map[string]any{"__type": "InternalServiceError", "Message": err.Error()})
	case missing != "":
		refuse("ResourceNotFoundException", missing)
	default:
		answer(http.StatusOK, out)
	}
}

// awsInput has the members of all operations' inputs.
type awsInput struct{ SecretId, VersionStage, UserPoolId, ClientId string }

// currentStage is the stage of a secret's current version, the only one that secrets have here.
const currentStage = "AWSCURRENT"

// getSecretValue answers GetSecretValue.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (p *Provider) getSecretValue(in awsInput) (out map[string]any, missing string, err error) {
	text, known, err := p.secret(in.SecretId)
	switch {
	case err != nil:
		return nil, "", err
	case !known:
		return nil, "no issuer's key is in the secret " + in.SecretId, nil
	case in.VersionStage != "" && in.VersionStage != currentStage:
		return nil, "the secret has no version " + in.VersionStage + ": " + in.SecretId, nil
	}
	return map[string]any{"ARN": in.SecretId, "SecretString": text, "VersionStages": []string{currentStage}}, "", nil
}

// describeUserPoolClient answers DescribeUserPoolClient, for an app client with a client secret.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html
func (p *Provider) describeUserPoolClient(in awsInput) (out map[string]any, missing string, err error) {
	known := slices.ContainsFunc(p.issuers, func(i Issuer) bool {
		return slices.ContainsFunc(i.Apps, func(a App) bool {
			return a.UserPoolID != "" && a.UserPoolID == in.UserPoolId && a.ClientID == in.ClientId
		})
	})
	if !known {
		return nil, "no user pool " + in.UserPoolId + " has a client " + in.ClientId + " with a secret", nil
	}
	ring, err := p.keys.current()
	if err != nil {
		return nil, "", err
	}
	return map[string]any{"UserPoolClient": map[string]any{
		"UserPoolId": in.UserPoolId, "ClientId": in.ClientId, "ClientSecret": ring.clientSecret(),
	}}, "", nil
}
