package mappingtemplate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestFixedAnswers(t *testing.T) {
	for _, tt := range []struct {
		name        string
		status      int
		body        []any
		headers     []ResponseHeader
		media       string
		template    string
		contentType string
	}{
		{"text", 200, []any{"ok"}, nil, "text/plain", "ok", "'text/plain; charset=utf-8'"},
		{"text with JSON in it is text", 200, []any{`{"a":1}`}, nil, "text/plain", `{"a":1}`, "'text/plain; charset=utf-8'"},
		{"a value", 200, []any{map[string]any{"a": 1}}, nil, "application/json", `{"a":1}`, "'application/json'"},
		{"JSON", 200, []any{json.RawMessage(`{"a": "$#"}`)}, nil, "application/json", `{"a":"\u0024\u0023"}`,
			"'application/json'"},
		{"a page", 200, []any{"<p>hi"}, []ResponseHeader{{"content-type", "text/html; charset=utf-8"}}, "text/html", "<p>hi",
			"'text/html; charset=utf-8'"},
		{"no body", 204, nil, nil, "application/json", `#set($nothing = "")`, ""},
		{"null", 200, []any{nil}, nil, "application/json", "null", "'application/json'"},
		{"what a template acts on", 200, []any{`a $input.body \$x #if(1) ## c:\d`}, nil, "text/plain",
			"a ${util.urlDecode('%24')}input.body ${util.urlDecode('%5C')}${util.urlDecode('%24')}x " +
				"${util.urlDecode('%23')}if(1) ${util.urlDecode('%23')}${util.urlDecode('%23')} c:${util.urlDecode('%5C')}d",
			"'text/plain; charset=utf-8'"},
		{"only backslashes", 200, []any{`c:\d`}, nil, "text/plain", `c:\d`, "'text/plain; charset=utf-8'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := NewFixedAnswer(tt.status, tt.body, tt.headers)
			if err != nil {
				t.Fatal(err)
			}
			if a.Media != tt.media || a.Template != tt.template {
				t.Errorf("the template of %s is\n%s\nwant %s\n%s", a.Media, a.Template, tt.media, tt.template)
			}
			got := a.Parameters["method.response.header.Content-Type"] + a.Parameters["method.response.header.content-type"]
			if got != tt.contentType {
				t.Errorf("the Content-Type is %s, want %s", got, tt.contentType)
			}
		})
	}
}

func TestWrongFixedAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		status  int
		body    []any
		headers []ResponseHeader
		want    string
	}{
		{"status", 99, nil, nil, "the status is 99: want one of 200 to 599"},
		{"two bodies", 200, []any{"a", "b"}, nil, "there are 2 bodies: want one, and headers by WithHeader"},
		{"a body of 204", 204, []any{"a"}, nil,
			"an answer of status 204 has no body: leave the body out, or give another status"},
		{"a token", 200, []any{"in ${Token[AWS.Region.4]}"}, nil,
			"the body holds a CDK token, whose value is not known here " +
				"and could not be escaped for the mapping template: write it out, or use an awsapigateway.NewMockIntegration " +
				"with a template of your own"},
		{
			"a token in JSON",
			200,
			[]any{map[string]string{"region": "${Token[AWS.Region.4]}"}},
			nil,
			"the body holds a CDK token",
		},
		{"no text", 200, []any{"\xff"}, nil, "the body is not UTF-8 text: a MOCK integration answers text only"},
		{"no JSON", 200, []any{math.NaN()}, nil, "the body as JSON: json: unsupported value: NaN"},
		{"too large", 200, []any{strings.Repeat("x", 300<<10+1)}, nil,
			"the body takes 307201 bytes of a mapping template, and API Gateway takes 307200: answer by a function, or send " +
				"callers to a file with a status of 302 and the header Location"},
		{"a header twice", 200, nil, []ResponseHeader{{"A", "1"}, {"a", "2"}},
			"the header a is there twice: API Gateway maps one value of a header"},
		{"a header's name", 200, nil, []ResponseHeader{{"a b", "1"}}, `"a b"`},
		{"a token for a name", 200, nil, []ResponseHeader{{"${Token[X.1]}", "1"}},
			"the name of a header is a CDK token: write it out"},
		{"a quote", 200, nil, []ResponseHeader{{"A", "it's"}},
			`the header A has the value "it's": API Gateway takes one line of text without a single quote`},
		{
			"two lines",
			200,
			nil,
			[]ResponseHeader{{"A", "a\r\nSet-Cookie: b"}},
			`the header A has the value "a\r\nSet-Cookie: b"`,
		},
		{"a content type", 200, []any{"a"}, []ResponseHeader{{"Content-Type", "text"}},
			`the Content-Type "text": want a type and a subtype, ` +
				`such as text/html`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := NewFixedAnswer(tt.status, tt.body, tt.headers); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}

// FuzzVerbatim checks for all bodies that no syntax of templates is left.
func FuzzVerbatim(f *testing.F) {
	for _, seed := range []string{"", "a", "$", "#", `\$`, "${x}", "#[[", `\\#set($a=1)`, "$util.urlDecode('%24')"} {
		f.Add(seed)
	}
	reference := strings.NewReplacer("${util.urlDecode('%24')}", "$", "${util.urlDecode('%23')}", "#",
		"${util.urlDecode('%5C')}", `\`)
	f.Fuzz(func(t *testing.T, text string) {
		template, err := verbatim(text)
		if err != nil {
			return
		}
		bare := template
		for _, r := range []string{"${util.urlDecode('%24')}", "${util.urlDecode('%23')}", "${util.urlDecode('%5C')}"} {
			bare = strings.ReplaceAll(bare, r, "")
		}
		if strings.ContainsAny(text, "$#") && strings.ContainsAny(bare, `$#\`) {
			t.Errorf("%q is the template %q, in which a template acts on %q", text, template, bare)
		}
		if back := reference.Replace(template); back != text {
			t.Errorf("%q comes out as %q", text, back)
		}
		value, err := jsonTemplate(text)
		var decoded string
		if err != nil || strings.ContainsAny(value, "$#") || json.Unmarshal([]byte(value), &decoded) != nil ||
			decoded != text {
			t.Errorf("%q as JSON is the template %q, %v", text, value, err)
		}
	})
}
