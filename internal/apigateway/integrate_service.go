package apigateway

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// serviceIDs are the names of services in AWS SDKs' variables, where they differ from the names of the endpoints.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html
var serviceIDs = map[string]string{
	"states":         "SFN",
	"events":         "EVENTBRIDGE",
	"logs":           "CLOUDWATCH_LOGS",
	"monitoring":     "CLOUDWATCH",
	"secretsmanager": "SECRETS_MANAGER",
	"email":          "SES",
	"cognito-idp":    "COGNITO_IDENTITY_PROVIDER",
}

// targetPrefixes are the services for which API Gateway sets the header X-Amz-Target from the action in the URI. For
// other services with that protocol, such as EventBridge, the integration has to set it.
//
// Source: SERVICES_AUTO_TARGET, validated on AWS, in
// https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/apigateway/next_gen/execute_api/integrations/aws.py
// The prefixes are in the services' API references.
var targetPrefixes = map[string]struct{ prefix, contentType string }{
	"dynamodb": {"DynamoDB_20120810", "application/x-amz-json-1.0"},
	"kinesis":  {"Kinesis_20131202", "application/x-amz-json-1.1"},
	"states":   {"AWSStepFunctions", "application/x-amz-json-1.0"},
}

// endpointVariable returns the name of the variable that sets the endpoint of a service in AWS SDKs.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func endpointVariable(service string) string {
	id := serviceIDs[service]
	if id == "" {
		id = strings.ToUpper(strings.ReplaceAll(service, "-", "_"))
	}
	return "AWS_ENDPOINT_URL_" + id
}

// endpointOf returns the endpoint of a service: the value of its own AWS_ENDPOINT_URL_ variable, or else of
// AWS_ENDPOINT_URL; "" if neither is set.
func (g *Gateway) endpointOf(service string) string {
	env := g.options.Functions.Env
	return cmp.Or(env[endpointVariable(service)], env["AWS_ENDPOINT_URL"])
}

// noEndpoint says why this gateway does not call the AWS service of an integration; "" if it does.
func (g *Gateway) noEndpoint(i *apimodel.Integration) string {
	service := i.Service()
	if service == nil || i.Function != nil || strings.HasPrefix(service.Path, "2015-03-31/functions/") {
		return ""
	}
	endpoint := g.endpointOf(service.Name)
	if endpoint == "" {
		return fmt.Sprintf("its integration calls the AWS service %s, which is not emulated: --env %s=URL, such as "+
			"http://127.0.0.1:4566, gives an endpoint that answers it", service.Name, endpointVariable(service.Name))
	}
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Sprintf("the endpoint of the AWS service %s is %q: want an http or https URL", service.Name, endpoint)
	}
	return ""
}

// callService calls an AWS service at its configured endpoint. The request is signed like one of a role, with the
// credentials that functions have. Whether the integration's role allows the call is not checked.
func (st *stage) callService(
	ctx context.Context, m *method, call *checks.Call, source *mapping.Source, record *Record,
) (exchange.Answer, *mapping.Failure) {
	out, f := m.integration.Request(source, false)
	if f != nil || record.dry {
		return exchange.Answer{}, f
	}
	named := m.Integration
	named.URI = out.URI
	service := named.Service()
	if service == nil {
		return exchange.Answer{}, badEndpoint("the integration's URI %s does not name an AWS service", out.URI)
	}
	u, err := serviceURL(st.served.gateway.endpointOf(service.Name), service, out)
	if err != nil {
		return exchange.Answer{}, badEndpoint("the integration's URI %s: %v", out.URI, err)
	}
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	defer cancel()
	got, f := st.send(m, st.served.gateway.signRequest(limited, out, u, service), record)
	if f != nil {
		return exchange.Answer{}, f
	}
	record.trace = call.TraceID
	return m.integration.Respond(source, got)
}

// serviceURL returns the URL at which a service is called. If the integration's URI has a path, that is the path of the
// URL. If it has an action, the path is the endpoint's, and the action goes into a header or the query.
func serviceURL(endpoint string, service *apimodel.Service, out *mapping.Call) (*url.URL, error) {
	path, rawQuery, _ := strings.Cut(service.Path, "?")
	u, err := url.Parse(strings.TrimSuffix(endpoint, "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, err
	}
	// Parameters may follow the action: "action/GetObject&Bucket=orders".
	// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
	action, more, _ := strings.Cut(service.Action, "&")
	if target := targetPrefixes[service.Name]; action != "" && target.prefix != "" {
		setHeader(&out.Headers, "X-Amz-Target", target.prefix+"."+action)
		if t := out.Headers.Get("Content-Type"); t == "" || strings.HasPrefix(t, "application/json") {
			setHeader(&out.Headers, "Content-Type", target.contentType)
		}
	} else if action != "" {
		query.Set("Action", action)
	}
	parameters, err := url.ParseQuery(more)
	if err != nil {
		return nil, err
	}
	for name, values := range parameters {
		query[name] = values
	}
	for _, p := range out.Query {
		query.Add(p.Name, p.Value)
	}
	u.RawQuery = query.Encode()
	return u, nil
}

func setHeader(to *exchange.Headers, name, value string) {
	for i := range *to {
		if strings.EqualFold((*to)[i].Name, name) {
			(*to)[i].Value = value
			return
		}
	}
	*to = append(*to, exchange.Header{Name: name, Value: value})
}

// signRequest makes the signed request to a service. Its headers are in their canonical case, as the signature
// requires.
func (g *Gateway) signRequest(
	ctx context.Context, out *mapping.Call, u *url.URL, service *apimodel.Service,
) *http.Request {
	r := newRequest(ctx, out, u)
	canonical := http.Header{}
	for name, values := range r.Header {
		for _, value := range values {
			canonical.Add(name, value)
		}
	}
	r.Header = canonical
	env, key := g.options.Functions.Env, g.credentials()
	signer := sigv4.Signer{AccessKeyID: key.id, Key: key.Key, Region: service.Region, Service: service.Name}
	if id := env["AWS_ACCESS_KEY_ID"]; id != "" {
		signer.AccessKeyID = id
		signer.Key = sigv4.Key{Secret: env["AWS_SECRET_ACCESS_KEY"], SessionToken: env["AWS_SESSION_TOKEN"]}
	}
	signer.Sign(r, out.Body, g.options.Now())
	return r
}

type credential struct {
	id string
	sigv4.Key
}

// credentials returns the credentials of functions, by default placeholders that no AWS service accepts.
func (g *Gateway) credentials() credential {
	if c := g.options.Functions.Credentials; c != nil {
		return credential{c.AccessKeyID, sigv4.Key{Secret: c.SecretAccessKey, SessionToken: c.SessionToken}}
	}
	return credential{"AKIDLOCALGATEWAY", sigv4.Key{Secret: "local-gateway-placeholder"}}
}
