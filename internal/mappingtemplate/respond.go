package mappingtemplate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/integration"
)

// ResponseHeader is a header of a fixed answer.
type ResponseHeader struct{ Name, Value string }

// FixedAnswer is the answer that a MOCK integration always gives.
type FixedAnswer struct {
	Status     string
	Media      string            // the content type that its template is for
	Template   string            // in the Velocity Template Language
	Parameters map[string]string // such as "method.response.header.Location": "'/new'"
}

// maxTemplate is how many bytes a mapping template may have.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html ("Mapping template size")
const maxTemplate = 300 << 10

const jsonMedia = "application/json"

// emptyTemplate is a template without output. The headers of CORS need a template, and an empty text is not one.
const emptyTemplate = `#set($nothing = "")`

// NewFixedAnswer checks and describes a fixed answer. A string is sent unchanged as text, any other value as JSON.
func NewFixedAnswer(status int, body []any, headers []ResponseHeader) (a FixedAnswer, err error) {
	a = FixedAnswer{Status: fmt.Sprint(status), Media: jsonMedia, Template: emptyTemplate, Parameters: map[string]string{}}
	if status < 200 || status > 599 {
		return a, fmt.Errorf("the status is %d: want one of 200 to 599", status)
	}
	if len(body) > 1 {
		return a, fmt.Errorf("there are %d bodies: want one, and headers by WithHeader", len(body))
	}
	given, err := a.addHeaders(headers)
	if err != nil {
		return a, err
	}
	if len(body) == 0 {
		return a, nil
	}
	if status == 204 || status == 304 {
		return a, fmt.Errorf("an answer of status %d has no body: leave the body out, or give another status", status)
	}
	kind := jsonMedia
	switch body := body[0].(type) {
	case string:
		kind = "text/plain; charset=utf-8"
		a.Template, err = verbatim(body)
	default:
		a.Template, err = jsonTemplate(body)
	}
	switch {
	case err != nil:
		return a, err
	case len(a.Template) > maxTemplate:
		return a, fmt.Errorf(
			"the body takes %d bytes of a mapping template, and API Gateway takes %d: answer by a function, "+
				"or send callers to a file with a status of 302 and the header Location",
			len(a.Template),
			maxTemplate,
		)
	}
	if given == "" { // without one it is application/json
		given = kind
		a.Parameters[integration.MethodHeader+"Content-Type"] = "'" + kind + "'"
	}
	a.Media, _, err = mime.ParseMediaType(given)
	if err == nil && !strings.Contains(a.Media, "/") {
		err = errors.New("want a type and a subtype, such as text/html")
	}
	if err != nil {
		return a, fmt.Errorf("the Content-Type %q: %w", given, err)
	}
	return a, nil
}

// addHeaders maps the headers, and returns the Content-Type among them.
func (a *FixedAnswer) addHeaders(headers []ResponseHeader) (contentType string, err error) {
	for i, h := range headers {
		same := func(other ResponseHeader) bool { return strings.EqualFold(other.Name, h.Name) }
		switch {
		case cdktoken.Unresolved(h.Name):
			return "", errors.New("the name of a header is a CDK token: write it out")
		case identity.CheckHeader(h.Name) != nil:
			return "", identity.CheckHeader(h.Name)
		case slices.ContainsFunc(headers[:i], same):
			return "", fmt.Errorf("the header %s is there twice: API Gateway maps one value of a header", h.Name)
		case !httpname.IsValue(h.Value) || strings.Contains(h.Value, "'"):
			// A fixed value stands in single quotes, so it cannot contain one.
			// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
			return "", fmt.Errorf("the header %s has the value %q: API Gateway takes one line of text without a single quote",
				h.Name, h.Value)
		}
		a.Parameters[integration.MethodHeader+h.Name] = "'" + h.Value + "'"
		if strings.EqualFold(h.Name, "Content-Type") {
			contentType = h.Value
		}
	}
	return contentType, nil
}

// verbatim returns a template whose output is exactly the text. It writes $, # and \ as references, because they begin
// or escape what a template acts on. If a template interpreted the body, the answer could reveal parts of the request.
// Source: https://velocity.apache.org/engine/1.7/user-guide.html ("Escaping Valid VTL References")
func verbatim(text string) (string, error) {
	switch {
	case cdktoken.Unresolved(text):
		return "", errors.New("the body holds a CDK token, whose value is not known here and could not be escaped for the " +
			"mapping template: write it out, or use an awsapigateway.NewMockIntegration with a template of your own")
	case !utf8.ValidString(text):
		return "", errors.New("the body is not UTF-8 text: a MOCK integration answers text only")
	case !strings.ContainsAny(text, "$#"):
		return text, nil
	}
	return strings.NewReplacer("$", "${util.urlDecode('%24')}", "#", "${util.urlDecode('%23')}",
		`\`, "${util.urlDecode('%5C')}").Replace(text), nil
}

// jsonTemplate returns a template whose output is the value as JSON. In JSON, $ and # occur only in strings, so they
// can be written as escapes.
func jsonTemplate(value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("the body as JSON: %w", err)
	}
	if cdktoken.Unresolved(string(text)) {
		return verbatim(string(text)) // verbatim returns the reason
	}
	text = bytes.ReplaceAll(text, []byte("$"), []byte(`\u0024`))
	return string(bytes.ReplaceAll(text, []byte("#"), []byte(`\u0023`))), nil
}
