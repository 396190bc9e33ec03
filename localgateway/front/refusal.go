package front

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/localgateway/exchange"
)

// refusal is why a request is not handed on. The connection is closed after it, as it is not known where the next
// request would begin.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return fmt.Sprintf("front: %d: %s", r.status, r.reason) }

func malformed(format string, a ...any) *refusal {
	return &refusal{status: 400, reason: fmt.Sprintf(format, a...)}
}

// bodyTooLarge has API Gateway's words and type.
// Source: https://github.com/koki-develop/lgtm-generator/issues/10
func bodyTooLarge(limit int64) *refusal {
	return &refusal{status: 413, reason: fmt.Sprintf("HTTP content length exceeded %d bytes.", limit)}
}

// headTooLarge has API Gateway's words. Which status goes with them is not documented; this is the one that
// RFC 6585, section 5, has for it.
// Source: https://ntsblog.homedev.com.au/index.php/2021/03/09/aws-api-gateway-http-header-is-larger-than-10240-bytes/
func headTooLarge(limit int) *refusal {
	return &refusal{status: 431, reason: fmt.Sprintf("HTTP header is larger than %d bytes.", limit)}
}

// targetTooLong is of a request line that alone is longer than the header may be (RFC 9110, section 15.5.15).
func targetTooLong(limit int) *refusal {
	return &refusal{status: 414, reason: fmt.Sprintf("The request line is longer than %d bytes.", limit)}
}

// answer tells the client the reason, as it is a developer's own.
func (r *refusal) answer() exchange.Answer {
	return exchange.Answer{
		Status:  r.status,
		Headers: exchange.Headers{{Name: "Content-Type", Value: "text; charset=utf-8"}},
		Body:    []byte(r.reason),
	}
}
