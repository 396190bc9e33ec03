package lambdahttp

import (
	"context"
	"encoding/json"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Start serves the function's events with h until Lambda ends the process. It does not return. It is like lambda.Start
// with [Handler], but decodes only the parts of an event that h can see.
//
// Start streams the answers of the routes in the environment variable [StreamedRoutes]. It sends status and headers
// when h first flushes its http.ResponseWriter, has written 4 KB, or returns. After that it sends at each flush, as
// net/http does. Streaming needs a runtime of the provided family, or the build tag lambda.norpc.
func Start(h http.Handler) {
	if m := muxOf(h); m != nil {
		m.started = true
	}
	routes, err := readStreamed(os.Getenv(StreamedRoutes))
	switch {
	case err != nil:
		panic(err)
	case len(routes) == 0:
		lambda.Start(invoker(Handler(h)))
	}
	lambda.Start((&streamer{strict(h), routes}).answer)
}

// invoker is a function that takes the raw event.
type invoker func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

func (f invoker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	e, err := read(payload)
	if err != nil {
		return nil, err
	}
	answer, err := f(ctx, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// read reads the parts of an event that make a request.
func read(payload []byte) (events.APIGatewayProxyRequest, error) {
	if v, err := strictjson.Parse(string(payload)); err == nil {
		if e, ok := readPart(v); ok {
			return e, nil
		}
	}
	// encoding/json accepts more, such as an event written by hand, or returns what is wrong.
	var e events.APIGatewayProxyRequest
	err := json.Unmarshal(payload, &e)
	return e, err
}

// readPart reads an event in the form that API Gateway writes, and reports whether it has that form. The event has each
// header twice: with all its values, and with only the last one. The same holds for query parameters.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
func readPart(v strictjson.Value) (e events.APIGatewayProxyRequest, ok bool) {
	p := parts{ok: true}
	rc := v.Get("requestContext")
	identity := rc.Get("identity")
	e = events.APIGatewayProxyRequest{
		Resource:                        p.text(v.Get("resource")),
		Path:                            p.text(v.Get("path")),
		HTTPMethod:                      p.text(v.Get("httpMethod")),
		MultiValueHeaders:               p.lists(v.Get("multiValueHeaders")),
		MultiValueQueryStringParameters: p.lists(v.Get("multiValueQueryStringParameters")),
		PathParameters:                  p.texts(v.Get("pathParameters")),
		Body:                            p.text(v.Get("body")),
		RequestContext: events.APIGatewayProxyRequestContext{
			DomainName: p.text(rc.Get("domainName")),
			RequestID:  p.text(rc.Get("requestId")),
			Identity: events.APIGatewayRequestIdentity{
				SourceIP: p.text(identity.Get("sourceIp")),
				UserArn:  p.text(identity.Get("userArn")),
			},
		},
	}
	e.IsBase64Encoded, _ = v.Get("isBase64Encoded").Bool()
	if a := rc.Get("authorizer"); a.Exists() {
		p.ok = p.ok && json.Unmarshal([]byte(a.Raw()), &e.RequestContext.Authorizer) == nil
	}
	return e, p.ok && e.HTTPMethod != "" && len(e.MultiValueHeaders) > 0
}

// parts records whether all values had the expected kind. A value that is null or missing is empty.
type parts struct{ ok bool }

func (p *parts) text(v strictjson.Value) string {
	s, ok := v.Text()
	p.ok = p.ok && (ok || empty(v))
	return s
}

func (p *parts) texts(v strictjson.Value) map[string]string {
	if v.Len() == 0 {
		p.ok = p.ok && (empty(v) || v.Kind() == strictjson.Object)
		return nil
	}
	out := make(map[string]string, v.Len())
	for name, member := range v.Members() {
		out[name] = p.text(member)
	}
	p.ok = p.ok && len(out) > 0
	return out
}

func (p *parts) lists(v strictjson.Value) map[string][]string {
	if v.Len() == 0 {
		p.ok = p.ok && (empty(v) || v.Kind() == strictjson.Object)
		return nil
	}
	out := make(map[string][]string, v.Len())
	for name, member := range v.Members() {
		list, ok := member.Texts()
		p.ok = p.ok && ok && member.Kind() == strictjson.Array
		out[name] = list
	}
	p.ok = p.ok && len(out) > 0
	return out
}

func empty(v strictjson.Value) bool { return !v.Exists() || v.Kind() == strictjson.Null }
