package mapping

import (
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Mock returns the answer of a MOCK integration, or a failure if it has none.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
func (i *Integration) Mock(s *Source) (exchange.Answer, *Failure) {
	request := string(s.Request.Body)
	out, ok, f := i.template(s, request)
	if f != nil {
		return exchange.Answer{}, f
	}
	if ok {
		request = out.Text
	}
	status, ok := mockStatus(request)
	if !ok {
		return exchange.Answer{}, Internal(500, "the MOCK integration gives no statusCode: it got "+describe(request))
	}
	r, f := i.choose(strconv.Itoa(status))
	if f != nil {
		return exchange.Answer{}, f
	}
	return r.answer(s, &Received{Status: status}, nil)
}

// mockStatus finds the statusCode in the result of the request template, which need not be JSON: API Gateway accepts {
// statusCode: 200 }, which the AWS CDK writes, and any integer.
// Source: https://github.com/localstack/localstack/pull/11967 and pull 11148, which record what the service accepts.
func mockStatus(text string) (status int, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return 0, false
	}
	members, ok := split(text[1:len(text)-1], ',')
	if !ok {
		return 0, false
	}
	found := false
	for _, member := range members {
		parts, ok := split(member, ':')
		if !ok || len(parts) < 2 {
			continue
		}
		key := strings.TrimSpace(parts[0])
		if n := len(key); n >= 2 && (key[0] == '"' || key[0] == '\'') && key[n-1] == key[0] {
			key = key[1 : n-1]
		}
		if key != "statusCode" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(parts[1]))
		if err != nil || len(parts) > 2 {
			return 0, false
		}
		status, found = n, true
	}
	return status, found
}

// split cuts text at a separator outside of quotes and brackets. ok is false if a quote or bracket is not closed.
func split(text string, separator byte) (parts []string, ok bool) {
	var quote byte
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == separator && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:]), quote == 0 && depth == 0
}

// describe formats text for an error message.
func describe(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return "nothing"
	}
	return strconv.Quote(snippet(text))
}
