package apigateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// errElsewhere reports that an integration would call another machine.
var errElsewhere = errors.New("the integration calls another machine")

// allowNetwork tells how to let integrations call other machines.
const allowNetwork = `only this machine is called: "gatehouse dev --allow-network", or AllowNetwork in a test's ` +
	"Options, lets the route call others"

// newTransport returns the transport for calls of integrations. Unless the network is allowed, it connects to this
// machine only, whatever a name resolves to. It uses no proxy and follows no redirects.
func newTransport(network bool) *http.Transport {
	dialer := net.Dialer{Timeout: 10 * time.Second}
	if !network {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !at.Addr().Unmap().IsLoopback() {
				return fmt.Errorf("%w: %s", errElsewhere, address)
			}
			return nil
		}
	}
	return &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second}
}

// isLocal reports whether a URI names this machine. If that is not known before a request, it is decided when the URI
// is called.
func isLocal(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || strings.Contains(u.Host, "{") || u.Hostname() == "" {
		return true
	}
	host := strings.ToLower(u.Hostname())
	if at, err := netip.ParseAddr(host); err == nil {
		return at.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// unanswered says why this gateway does not call an integration; "" if it does.
func (s *served) unanswered(st *apimodel.Stage, i *apimodel.Integration) string {
	isHTTP := i.Type == apimodel.IntegrationHTTP || i.Type == apimodel.IntegrationHTTPProxy
	switch {
	case i.Target != "":
		return "its integration calls the load balancer " + i.Target + " through the VPC link " + i.VPCLink +
			", and VPCs are not emulated"
	case i.VPCLink != "":
		return "its integration goes through the VPC link " + i.VPCLink + ", and VPCs are not emulated"
	case isHTTP && !s.gateway.options.AllowNetwork && !isLocal(mapping.StageURI(i.URI, st.Variables)):
		return "its integration calls " + i.URI + ", and " + allowNetwork
	}
	return s.gateway.noEndpoint(i)
}

// callHTTP calls an HTTP or HTTP_PROXY integration.
func (st *stage) callHTTP(
	ctx context.Context, m *method, call *checks.Call, source *mapping.Source, record *Record,
) (exchange.Answer, *mapping.Failure) {
	out, f := m.integration.Request(source, m.Authorization == apimodel.AuthorizationIAM)
	if f != nil || record.dry {
		return exchange.Answer{}, f
	}
	u, err := out.URL()
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return exchange.Answer{}, badEndpoint("the integration's URI %s is not an http or https URL", out.URI)
	}
	if m.Integration.Streams {
		return st.streamHTTP(ctx, m, out, u, record)
	}
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	defer cancel()
	got, f := st.send(m, newRequest(limited, out, u), record)
	if f != nil {
		return exchange.Answer{}, f
	}
	if m.Integration.Type == apimodel.IntegrationHTTPProxy {
		return proxyAnswer(got), nil
	}
	record.trace = call.TraceID
	return m.integration.Respond(source, got)
}

// send sends a request to an integration and reads the whole answer.
func (st *stage) send(m *method, r *http.Request, record *Record) (*mapping.Received, *mapping.Failure) {
	gateway := st.served.gateway
	start := gateway.options.Now()
	status := 0
	defer func() { gateway.integrated(record, start, status) }()
	transport := gateway.transport
	if m.Integration.Type == apimodel.IntegrationAWS {
		transport = gateway.services
	}
	response, f := roundTrip(transport, m, r)
	if f != nil {
		return nil, f
	}
	defer response.Body.Close()
	status = response.StatusCode
	got := &mapping.Received{Status: response.StatusCode, Headers: headersOf(response)}
	var err error
	if got.Body, err = readAnswer(response, &got.Headers); err != nil {
		return nil, unreachable(err, m, r.URL)
	}
	if len(got.Body) > front.DefaultMaxBody {
		return nil, mapping.Internal(
			500,
			fmt.Sprintf("the integration's answer has more than %d bytes", front.DefaultMaxBody),
		)
	}
	return got, nil
}

// roundTrip sends a request and returns the answer once its header has arrived. An answer that switches protocols is
// rejected: net/http hands out its connection, which no timeout of the request ends. So is a status above 599, which a
// proxy cannot pass on.
func roundTrip(transport *http.Transport, m *method, r *http.Request) (*http.Response, *mapping.Failure) {
	response, err := transport.RoundTrip(r)
	if err != nil {
		return nil, unreachable(err, m, r.URL)
	}
	isProxy := m.Integration.Type == apimodel.IntegrationHTTPProxy
	if status := response.StatusCode; status < 200 || status > 599 && isProxy {
		response.Body.Close()
		return nil, networkError("%s answered with the status %d, which cannot be passed on", r.URL.Redacted(), status)
	}
	return response, nil
}

// statusOf returns the status of an answer; 0 for nil.
func statusOf(response *http.Response) int {
	if response == nil {
		return 0
	}
	return response.StatusCode
}

// newRequest makes a request of net/http and keeps the case of the header names.
func newRequest(ctx context.Context, call *mapping.Call, u *url.URL) *http.Request {
	r := (&http.Request{
		Method: call.Method, URL: u, Host: u.Host, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(call.Body)), Body: http.NoBody,
	}).WithContext(ctx)
	if len(call.Body) > 0 {
		// GetBody lets net/http send the request again if the integration has just closed the connection.
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(call.Body)), nil }
		r.Body, _ = r.GetBody()
	}
	for _, line := range call.Headers {
		switch {
		case strings.EqualFold(line.Name, "Host"):
			r.Host = line.Value
		case httpname.IsToken(line.Name) && httpname.IsValue(line.Value) && !httpname.IsFraming(line.Name):
			name := line.Name
			if canonical := http.CanonicalHeaderKey(name); canonical == "User-Agent" || canonical == "Accept-Encoding" {
				name = canonical // net/http adds a second one beside a name in another case
			}
			r.Header[name] = append(r.Header[name], line.Value)
		}
	}
	return r
}

// headersOf returns the header lines of an answer, sorted by name, since net/http does not keep their order.
func headersOf(response *http.Response) (out exchange.Headers) {
	for _, name := range sortedKeys(response.Header) {
		for _, value := range response.Header[name] {
			out = append(out, exchange.Header{Name: name, Value: value})
		}
	}
	return out
}

// readAnswer reads a body and removes its Content-Encoding, if API Gateway asks for that coding.
func readAnswer(response *http.Response, headers *exchange.Headers) ([]byte, error) {
	var from io.Reader = response.Body
	var err error
	switch strings.ToLower(response.Header.Get("Content-Encoding")) {
	case "gzip":
		from, err = gzip.NewReader(from)
	case "deflate":
		from, err = zlib.NewReader(from)
	default:
		return io.ReadAll(io.LimitReader(from, front.DefaultMaxBody+1))
	}
	switch {
	case err == io.EOF:
		return nil, nil // an answer to HEAD, or one without content
	case err != nil:
		return nil, err
	}
	for i, line := range *headers {
		if strings.EqualFold(line.Name, "Content-Encoding") {
			*headers = append((*headers)[:i:i], (*headers)[i+1:]...)
			break
		}
	}
	return io.ReadAll(io.LimitReader(from, front.DefaultMaxBody+1))
}

// proxyAnswer returns the answer of an HTTP_PROXY integration as the caller gets it.
// Source: DROPPED_FROM_INTEGRATION_RESPONSES_HTTP_PROXY and REMAPPED_FROM_INTEGRATION_RESPONSE_COMMON in
// header_utils.py of https://github.com/localstack/localstack
// (localstack-core/localstack/services/apigateway/next_gen/execute_api), and the answer recorded in
// tests/aws/services/apigateway/test_apigateway_http.snapshot.json there, where x-amzn-RequestId is renamed, too.
func proxyAnswer(got *mapping.Received) exchange.Answer {
	return exchange.Answer{Status: got.Status, Headers: passedHeaders(got.Headers), Body: got.Body}
}

func passedHeaders(list exchange.Headers) (out exchange.Headers) {
	for _, line := range list {
		switch strings.ToLower(line.Name) {
		case "transfer-encoding", "via":
			continue
		case "connection", "content-length", "date", "server", "x-amzn-requestid", "x-amz-apigw-id":
			line.Name = "x-amzn-Remapped-" + line.Name
		}
		out = append(out, line)
	}
	if !out.Has("Content-Type") {
		out = append(out, exchange.Header{Name: "Content-Type", Value: "application/json"})
	}
	return out
}

// badEndpoint returns API Gateway's answer for a URI that it cannot call: "Execution failed due to configuration error:
// Invalid endpoint address".
// Source: http.py beside header_utils.py (see [proxyAnswer]).
func badEndpoint(format string, a ...any) *mapping.Failure {
	f := mapping.Internal(500, fmt.Sprintf(format, a...)+" (Invalid endpoint address)")
	f.Type = mapping.APIConfigurationError
	return f
}

// unreachable returns API Gateway's answer for an integration that did not answer.
// Source: http.py beside header_utils.py (see [proxyAnswer]): a name that cannot be resolved is a configuration error,
// and any other network error gives "Network error communicating with endpoint".
func unreachable(err error, m *method, u *url.URL) *mapping.Failure {
	var name *net.DNSError
	switch {
	case errors.Is(err, errElsewhere):
		return notServed("the integration calls another machine, " + u.Host + ", and " + allowNetwork)
	case errors.Is(err, context.DeadlineExceeded):
		return timedOut("the integration did not answer within its time-out of %s", timeoutOf(m))
	case errors.As(err, &name):
		return badEndpoint("the host of the integration's URI cannot be found: %v", name)
	}
	return networkError("%s could not be called: %v", u.Redacted(), err)
}

func networkError(format string, a ...any) *mapping.Failure {
	const message = "Network error communicating with endpoint"
	return &mapping.Failure{Type: mapping.IntegrationFailure, Message: message, Reason: fmt.Sprintf(format, a...)}
}
