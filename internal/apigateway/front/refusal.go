package front

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// refusal says why a request is not passed on. The connection is closed afterwards, since it is unknown where the next
// request would begin.
type refusal struct {
	status int
	reason string
	detail string // additional text for the log; "" for none
}

// logReason returns the reason for the log.
func (r *refusal) logReason() string {
	if r.detail == "" {
		return r.reason
	}
	return strings.TrimSuffix(r.reason, ".") + ": " + r.detail
}

func (r *refusal) Error() string { return fmt.Sprintf("front: %d: %s", r.status, r.reason) }

func malformed(format string, a ...any) *refusal {
	return &refusal{status: 400, reason: fmt.Sprintf(format, a...)}
}

// bodyTooLarge has API Gateway's message and type. size is the size of the body, or of the part that has arrived, for
// the log.
// Source: https://github.com/koki-develop/lgtm-generator/issues/10
func bodyTooLarge(size, limit int64, whole bool) *refusal {
	about := "the body has"
	if !whole {
		about = "it is chunked, and so far has"
	}
	return &refusal{
		status: 413, reason: fmt.Sprintf("HTTP content length exceeded %d bytes.", limit),
		detail: fmt.Sprintf("%s %d bytes, and API Gateway takes %d", about, size, limit),
	}
}

// headTooLarge has API Gateway's message. Its status is not documented; this is the one that RFC 6585, section 5,
// defines.
// Source: https://ntsblog.homedev.com.au/index.php/2021/03/09/aws-api-gateway-http-header-is-larger-than-10240-bytes/
//
// The log says how much of the header has arrived. It names the longest line if that alone takes more than a quarter of
// the limit; otherwise there are too many lines. head is what has arrived, the request line first; nil if that is not
// known.
func headTooLarge(limit int, head []byte) *refusal {
	r := &refusal{status: 431, reason: fmt.Sprintf("HTTP header is larger than %d bytes.", limit)}
	if head == nil {
		return r
	}
	_, rest, _ := strings.Cut(string(head), "\n")
	longest, size, lines := "", 0, 0
	for line := range strings.SplitSeq(rest, "\n") {
		name, _, ok := strings.Cut(line, ":")
		if !ok || !httpname.IsToken(name) {
			continue
		}
		if lines++; len(line) > size {
			longest, size = name, len(line)
		}
	}
	r.detail = fmt.Sprintf("%d bytes in %d lines have come, and API Gateway takes %d", len(head), lines+1, limit)
	if size > limit/4 {
		r.detail += fmt.Sprintf("; the longest line is %s, of which %d bytes have come", longest, size)
	}
	return r
}

// tooSlow is for a client that stops in the middle of a request, or while it reads its answer. It gets no answer: the
// connection is closed.
func tooSlow(at phase, limit time.Duration) *refusal {
	what := map[phase]string{
		heading: "the client did not send a whole header within %s",
		reading: "the client sent no more of the body for %s",
		writing: "the client did not take the answer within %s",
	}[at]
	return &refusal{status: 408, reason: fmt.Sprintf(what, limit) + ", so the connection is closed"}
}

// targetTooLong is for a request line that alone exceeds the limit of the header (RFC 9110, section 15.5.15).
func targetTooLong(limit int) *refusal {
	return &refusal{status: 414, reason: fmt.Sprintf("The request line is longer than %d bytes.", limit)}
}

// answer returns an answer that tells the client the reason, since the client is the developer's own.
func (r *refusal) answer() exchange.Answer {
	return exchange.Answer{
		Status:  r.status,
		Headers: exchange.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}},
		Body:    []byte(r.reason),
	}
}
