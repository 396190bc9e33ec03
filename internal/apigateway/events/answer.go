package events

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Answer reads a function's answer to [Route.Proxy], and converts it into the answer to the caller. The error is
// [ErrMalformed] or [ErrBase64], with the reason for the developer.
//
// The answer may have the members statusCode (default 200), headers, multiValueHeaders, body and isBase64Encoded, and
// no others. All are optional. A number or a boolean is accepted in place of a string and converted to text, as
// recorded for statusCode "201" and a header that is true. Null counts as a missing member.
//
// So {} is 200 without a body: recorded as the "empty-response" of test_lambda_aws_proxy_response_format. The other
// test expects 502 for it, but does not send it: a request without a body makes its function fail.
//
// Sources: test_aws_proxy_response_payload_format_validation and test_lambda_aws_proxy_response_format in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_lambda.py, and
// "Output format of a Lambda function for proxy integration" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
func (rt *Route) Answer(r *exchange.Request, payload []byte) (exchange.Answer, error) {
	if len(payload) > maxPayload {
		return exchange.Answer{}, malformedAnswer("it has %d bytes, and the limit is %d", len(payload), maxPayload)
	}
	root, err := parseAnswer(payload)
	if err != nil {
		return exchange.Answer{}, malformedAnswer("%s", strings.TrimPrefix(err.Error(), "strictjson: "))
	}
	if root.Kind() != strictjson.Object {
		return exchange.Answer{}, malformedAnswer(
			"want an object like {\"statusCode\":200,\"body\":\"...\"}, got %s",
			root.Kind(),
		)
	}
	a := exchange.Answer{Status: 200}
	var single, multi strictjson.Value
	var body string
	var encoded bool
	for name, value := range root.Members() {
		switch name {
		case "statusCode":
			a.Status, err = readStatus(value)
		case "headers":
			single = value
		case "multiValueHeaders":
			multi = value
		case "body":
			body, err = readScalar(value)
		case "isBase64Encoded":
			encoded, err = readFlag(value)
		case "errorMessage":
			err = errors.New("it is the description of an error: the function failed, or answers as if it had")
		case "cookies":
			err = errors.New("HTTP APIs take it, and a REST API does not: put each cookie in multiValueHeaders, as " +
				`{"Set-Cookie":["a=1","b=2"]}`)
		default:
			err = errors.New("not known: only statusCode, headers, multiValueHeaders, body and isBase64Encoded are")
		}
		if err != nil {
			return exchange.Answer{}, malformedAnswer("%q: %v", name, err)
		}
	}
	if a.Headers, err = readHeaders(multi, single); err != nil {
		return exchange.Answer{}, malformedAnswer("%v", err)
	}
	a.Body = []byte(body)
	accepted := rt.binary.accepts(r.Headers.First("Accept"))
	a.Base64 = encoded && !accepted && body != ""
	if encoded && accepted {
		if a.Body, err = base64.StdEncoding.DecodeString(body); err != nil {
			return exchange.Answer{}, fmt.Errorf(
				"%w: isBase64Encoded is true and the caller accepts %s, a binary media type of the API, but: %w",
				ErrBase64,
				exchange.MediaType(r.Headers.First("Accept")),
				err,
			)
		}
	}
	return a, nil
}

func malformedAnswer(format string, a ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, a...)...)
}

// parseAnswer reads JSON. It accepts two things that API Gateway's reader accepts and strictjson rejects: half of a
// surrogate pair, which JavaScript makes when it cuts a string, becomes U+FFFD; and of a duplicate name the last value
// counts.
func parseAnswer(payload []byte) (strictjson.Value, error) {
	root, err := strictjson.Parse(string(payload))
	if !errors.Is(err, strictjson.ErrUTF8) && !errors.Is(err, strictjson.ErrDuplicate) {
		return root, err
	}
	var members map[string]any
	if json.Unmarshal(payload, &members) != nil {
		return root, err
	}
	clean, again := json.Marshal(members)
	if again != nil {
		return root, err
	}
	return strictjson.Parse(string(clean))
}

// readStatus reads a status code. It must be at least 200, since a lower status announces another answer (RFC 9110,
// section 15.2), which cannot follow.
func readStatus(v strictjson.Value) (int, error) {
	if v.Kind() == strictjson.Null {
		return 200, nil
	}
	text, isText := v.Text()
	if v.Kind() == strictjson.Number {
		text, isText = v.Raw(), true
	}
	if !isText || len(text) != 3 || text < "200" || text > "599" || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("want an integer from 200 to 599, got %s", describe(v))
	}
	return int(text[0]-'0')*100 + int(text[1]-'0')*10 + int(text[2]-'0'), nil
}

// readScalar reads a string, or a number or boolean as text. Null is "".
func readScalar(v strictjson.Value) (string, error) {
	switch v.Kind() {
	case strictjson.Null:
		return "", nil
	case strictjson.String:
		text, _ := v.Text()
		return text, nil
	case strictjson.Number, strictjson.True, strictjson.False:
		return v.Raw(), nil
	}
	return "", fmt.Errorf("want a string, got %s: write it as JSON text", v.Kind())
}

func readFlag(v strictjson.Value) (bool, error) {
	switch text, err := readScalar(v); {
	case err == nil && text == "true":
		return true, nil
	case err == nil && (text == "false" || text == ""):
		return false, nil
	}
	return false, fmt.Errorf("want true or false, got %s", describe(v))
}

// describe returns a value as JSON, shortened.
func describe(v strictjson.Value) string {
	raw := v.Raw()
	if len(raw) > 40 {
		return strings.ToValidUTF8(raw[:40], "") + "..."
	}
	return raw
}
