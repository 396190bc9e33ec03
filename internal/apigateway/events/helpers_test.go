package events

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares an event byte for byte with a file that holds it on one line. It has to be JSON in any case.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if !json.Valid(got) {
		t.Fatalf("the event is not JSON: %s", got)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want = bytes.TrimSuffix(want, []byte("\n")); !bytes.Equal(want, got) {
		t.Errorf("the event differs from %s (-want +got):\n%s", file, cmp.Diff(indent(want), indent(got)))
	}
}

func indent(b []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return string(b)
	}
	return out.String()
}

// route is a route with a parameter on a stage with variables.
func route(change ...func(*apimodel.API, *apimodel.Stage, *apimodel.Method)) *Route {
	api := &apimodel.API{
		APIID: "a1b2c3d4e5", Account: "123456789012", Region: "us-east-1", Partition: "aws",
		BinaryMediaTypes: []string{"image/png", "application~1octet-stream", "audio/*"},
	}
	stage := &apimodel.Stage{
		Name:         "prod",
		DeploymentID: "e7imtx",
		Variables:    map[string]string{"table": "orders", "a": "1"},
	}
	method := &apimodel.Method{
		Verb: "ANY", Path: "/orders/{id}/{proxy+}", Authorization: apimodel.AuthorizationNone,
		Resource: &apimodel.Resource{ResourceID: "r5s6t7", Path: "/orders/{id}/{proxy+}"},
	}
	for _, c := range change {
		c(api, stage, method)
	}
	return NewRoute(api, stage, method)
}

// plainRoute has no parameters, and its stage no variables.
func plainRoute() *Route {
	return route(func(_ *apimodel.API, s *apimodel.Stage, m *apimodel.Method) {
		s.Variables = nil
		m.Path = "/orders"
		m.Resource = &apimodel.Resource{ResourceID: "q1w2e3", Path: "/orders"}
	})
}

var moment = time.Date(2024, 7, 10, 12, 28, 36, 987_000_000, time.FixedZone("", 2*3600))

// request has what makes a difference in events: names in mixed case, lines that are dropped, values that are there
// twice, and escapes in path and query.
func request() *exchange.Request {
	return &exchange.Request{
		Verb:     "POST",
		Stage:    "prod",
		Path:     "/orders/test%2Balias/a%2Fb/c+d",
		RawPath:  "/prod/orders/test%2Balias/a%2Fb/c+d",
		RawQuery: "email=test%2Balias@gmail.com&plus=a+b&page=1&page=2&empty=&bare",
		Headers: exchange.Headers{
			{Name: "Host", Value: "127.0.0.1:3000"},
			{Name: "tEsT-HEADeR", Value: "aValUE"},
			{Name: "User-Agent", Value: "curl/8"},
			{Name: "Connection", Value: "keep-alive"},
			{Name: "content-length", Value: "5"},
			{Name: "Content-Type", Value: "text/plain"},
			{Name: "Accept", Value: "text/html"},
			{Name: "Accept", Value: "application/json"},
			{Name: "x-forwarded-for", Value: "203.0.113.9"},
			{Name: "X-Forwarded-Proto", Value: "gopher"},
		},
		Body:       []byte("h\"i\n<"),
		Host:       "127.0.0.1:3000",
		Protocol:   "HTTP/1.1",
		SourceIP:   "127.0.0.1",
		Time:       moment,
		RequestID:  "0b4dbcf2-2b6f-4e3c-9f39-0a4ad8a5d1c7",
		ExtendedID: "bXkEvHdloAMEcXg=",
		TraceID:    "Root=1-668e7d54-000000000000000000000001",
	}
}

var params = map[string]string{"id": "test%2Balias", "proxy": "a%2Fb/c+d"}
