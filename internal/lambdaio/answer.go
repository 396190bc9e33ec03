// Package lambdaio has the Lambda runtime of aws-lambda-go send answers with fewer system calls.
//
//	lambdaio.SendAnswersAtOnce(os.Getenv("AWS_LAMBDA_RUNTIME_API"))
//	lambda.Start(handler)
//
// What is sent stays the same to the byte.
package lambdaio

import (
	"bytes"
	"context"
	"net"
	"net/http"
)

// SendAnswersAtOnce has the Lambda runtime, which takes its transport from [http.DefaultTransport] when it starts, send
// an answer with one system call. net/http makes it three, as it flushes the header, the body and the end of a body of
// unknown length, and each of them wakes the other side. docs/authorizer.md has the figures.
//
// It is for connections to runtimeAPI alone, "127.0.0.1:9001", which AWS_LAMBDA_RUNTIME_API has: what else a function
// asks over that transport may want the header first, as for "Expect: 100-continue" and for answers that come
// meanwhile.
func SendAnswersAtOnce(runtimeAPI string) {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return // then the runtime has another idea of it, too
	}
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil || address != runtimeAPI {
			return conn, err
		}
		return &answerConn{Conn: conn}, nil
	}
}

// maxHeld is when an answer is sent on in parts after all.
const maxHeld = 64 << 10

// answerConn holds back the header of a POST until the end of its body. It is not for more than one goroutine to write
// to, which an HTTP client's connection never is.
type answerConn struct {
	net.Conn
	held []byte
}

// Write reports as written what it holds back. The Runtime API's answer is awaited after every POST, so an error of the
// connection is met there.
func (c *answerConn) Write(p []byte) (int, error) {
	if len(c.held) == 0 {
		if !bytes.HasPrefix(p, []byte("POST ")) || !bytes.HasSuffix(p, endOfHeader) ||
			!bytes.Contains(p, []byte("\r\nTransfer-Encoding: chunked\r\n")) {
			return c.Conn.Write(p)
		}
		c.held = append(c.held, p...)
		return len(p), nil
	}
	// The last chunk ends as the header does (RFC 9112, section 7.1). A body that holds the same bytes is sent too early,
	// which does no harm.
	c.held = append(c.held, p...)
	if !bytes.HasSuffix(p, endOfHeader) && len(c.held) < maxHeld {
		return len(p), nil
	}
	_, err := c.Conn.Write(c.held)
	if c.held = c.held[:0]; cap(c.held) > maxHeld {
		c.held = nil
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

var endOfHeader = []byte("\r\n\r\n")
