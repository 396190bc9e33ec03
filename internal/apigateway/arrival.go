package apigateway

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// adapt adapts a request to the stage: it sets the stage's own name, which may differ from the path segment, the
// client's certificate, and the VPC that the request came through, if the API is private and the request has none. It
// writes header names as an edge-optimized API passes them on.
func (st *stage) adapt(r *exchange.Request) {
	if st.mount != st.stage.Name && !r.Domain {
		r.Stage, r.Mount = st.stage.Name, st.mount
	}
	r.ClientCertificate = st.served.gateway.options.ClientCertificate
	if !slices.Contains(st.api.EndpointTypes, "PRIVATE") {
		r.SourceVPC, r.SourceVPCEndpoint = "", ""
	} else if o := st.served.gateway.options; r.SourceVPC == "" && r.SourceVPCEndpoint == "" {
		r.SourceVPC, r.SourceVPCEndpoint = o.SourceVPC, o.SourceVPCEndpoint
	}
	if !st.edge {
		return
	}
	cloned := false
	for i, h := range r.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		if name == h.Name || !slices.Contains(edgeHeaders, name) {
			continue
		}
		if !cloned {
			r.Headers, cloned = slices.Clone(r.Headers), true
		}
		r.Headers[i].Name = name
	}
}

// edgeHeaders are the headers whose names Amazon CloudFront, which is in front of an edge-optimized API, capitalizes.
// Other names, such as origin and cache-control, stay as the caller wrote them.
//
// Sources: Authorization in _format_headers of
// https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/apigateway/next_gen/execute_api/integrations/aws.py;
// User-Agent in test_lambda_aws_proxy_integration_request_data_mapping of the tests there; all but Authorization in the
// events of HTTP/2 requests in https://github.com/quiltdata/quilt/pull/3225 and
// https://github.com/localstack/localstack/issues/6462
var edgeHeaders = []string{
	"Accept",
	"Accept-Encoding",
	"Accept-Language",
	"Authorization",
	"Cookie",
	"Referer",
	"User-Agent",
}

// isEdge reports whether an API with these endpoint types is edge-optimized, which is the default.
func isEdge(types []string) bool { return len(types) == 0 || slices.Contains(types, "EDGE") }

// noRoute returns the answer for a path or verb without a route. API Gateway treats such a request as one to its own
// service: it parses an Authorization header as a Signature Version 4, and rejects any other value with that protocol's
// messages.
//
// Seen: https://github.com/HumanCellAtlas/data-store/issues/328, https://github.com/aws/chalice/issues/828 and
// https://github.com/amazon-archives/aws-cognito-angular-quickstart/issues/50, which also says that the gateway
// response is the same.
func noRoute(r *exchange.Request) *mapping.Failure {
	f := &mapping.Failure{Type: mapping.MissingAuthenticationToken, Message: "Missing Authentication Token",
		Reason: fmt.Sprintf(
			"no route matches %s %s; API Gateway gives this answer for every path and verb without a route",
			r.Verb,
			r.Path,
		)}
	h := http.Header{}
	for _, line := range r.Headers {
		h.Add(line.Name, line.Value)
	}
	if refused := sigv4.Unreadable(h); refused != nil {
		f.ErrorType, f.Message = refused.Type, refused.Message
		f.Reason += ", and expects their Authorization header to be a Signature Version 4, which this one is not"
	}
	return f
}
