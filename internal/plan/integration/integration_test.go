package integration

import (
	"testing"
)

func TestMissingParameters(t *testing.T) {
	i := Integration{Parameters: map[string]string{
		"integration.request.path.key":       "method.request.path.key",
		"integration.request.header.A":       "method.request.multivalueheader.A",
		"integration.request.querystring.q":  "method.request.querystring.q",
		"integration.request.header.Subject": "context.authorizer.principalId",
		"integration.request.header.Text":    "'method.request.path.x'",
		"integration.request.header.Body":    "method.request.body.name",
		"integration.request.header.Known":   "method.request.header.Known",
	}}
	got := i.MissingParameters(map[string]any{"method.request.header.Known": true})
	same(t, "missing parameters", []any{got}, `[{"method.request.path.key":true,"method.request.header.A":false,
		"method.request.querystring.q":false}]`)
}
