// Package exchange defines a request and its answer as API Gateway sees them: undecoded, with headers in their original
// case and order. The other packages of the local gateway pass them on to each other.
//
//	r := &exchange.Request{
//		Verb: "GET", RawPath: "/prod/orders", RawQuery: "page=2",
//		Headers: exchange.Headers{{Name: "accept", Value: "*/*"}},
//	}
//	page, there := exchange.QueryValue(r.RawQuery, "page")
//
// It does not read or write HTTP, and it decides nothing.
package exchange

import (
	"io"
	"iter"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
)

// Header is one line of a header.
type Header struct{ Name, Value string }

// Headers are all header lines, in the order in which they arrived. Names compare without case.
type Headers []Header

// Get returns the value of the last line with a name, which is what API Gateway's single-value maps hold; "" if no such
// line exists.
func (h Headers) Get(name string) string {
	for i := len(h) - 1; i >= 0; i-- {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Has reports whether there is a line with a name.
func (h Headers) Has(name string) bool {
	for range h.Values(name) {
		return true
	}
	return false
}

// Values returns the values of all lines with a name.
func (h Headers) Values(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range h {
			if strings.EqualFold(line.Name, name) && !yield(line.Value) {
				return
			}
		}
	}
}

// Request is a request to a stage of an API.
type Request struct {
	Verb     string // in capitals
	Stage    string // the first segment of the path, or the stage that a custom domain is mapped to
	Path     string // the rest of the path, undecoded, with its leading slash; "/" for the root
	RawPath  string // the whole path as received, including the stage
	Mount    string // the segment of RawPath in place of the stage; "" if it is Stage itself
	Domain   bool   // the request came through a custom domain: RawPath has Base in place of the stage
	Base     string // the base path of a custom domain's mapping, such as "/v1"; "" for the root
	Rule     string // the ID of the routing rule that led from a custom domain to the API; "" if none did
	RawQuery string // what follows the question mark, undecoded
	Headers  Headers
	Body     []byte
	Host     string // the value of the Host header
	Protocol string // "HTTP/1.1"
	SourceIP string

	// SourceVPC and SourceVPCEndpoint are what a request to a private API came through, such as "vpc-0a1b2c3d" and
	// "vpce-0a1b2c3d"; "" for none, and for each request to another API.
	SourceVPC, SourceVPCEndpoint string

	ClientCertificate *clientcert.Certificate // that the client presented by mutual TLS; nil without one

	Time       time.Time
	RequestID  string // a UUID: x-amzn-RequestId
	ExtendedID string // x-amz-apigw-id
	TraceID    string // X-Amzn-Trace-Id
}

// Answer is the answer that the caller gets.
type Answer struct {
	Status  int
	Headers Headers
	Body    []byte
	Base64  bool // whether Body is base64 text of a function that meant the bytes

	// Stream is a body that is still being written, in place of Body; nil for none. The sender of the answer reads it,
	// sends each part as it arrives, and closes it. An error other than io.EOF cuts the connection, so that the client
	// does not mistake the part that it received for the whole.
	Stream io.ReadCloser
}
