package events

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
func TestStreamedAnswer(t *testing.T) {
	for _, c := range []struct{ metadata, want string }{
		{`{}`, "200 Content-Type: application/json"},
		{`{"statusCode": 201, "headers": {"Content-Type": "text/html", "A": true}, "multiValueHeaders": {"B": ["1", "2"]}, ` +
			`"cookies": ["c=1", "d=2"]}`,
			"201 B: 1, B: 2, Content-Type: text/html, A: true, Set-Cookie: c=1, Set-Cookie: d=2"},
		{`{"cookies": null, "statusCode": "202"}`, "202 Content-Type: application/json"},
		{
			`{"headers": {"Date": "x", "Transfer-Encoding": "chunked"}}`,
			"200 Content-Type: application/json, x-amzn-Remapped-Date: x",
		},
		{``, "the metadata before the stream: "},
		{`[]`, "it is not an object"},
		{`{"statusCode": 99}`, `"statusCode": want an integer from 200 to 599`},
		{`{"body": "x"}`, `"body": not known: only statusCode, headers, multiValueHeaders and cookies are`},
		{`{"cookies": "c=1"}`, `"cookies": want a list of strings, got "c=1"`},
		{`{"cookies": ["c=1\r\nX: y"]}`, "control character"},
		{`{"multiValueHeaders": {"A": "1"}}`, "want a list of strings"},
	} {
		a, err := StreamedAnswer([]byte(c.metadata))
		if err != nil {
			if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: want %s, got %v", c.metadata, c.want, err)
			}
			continue
		}
		var lines []string
		for _, h := range a.Headers {
			lines = append(lines, h.Name+": "+h.Value)
		}
		if got := fmt.Sprint(a.Status, " ", strings.Join(lines, ", ")); got != c.want {
			t.Errorf("%s: want %s, got %s", c.metadata, c.want, got)
		}
	}
}
