package vtl

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

var paramKinds = []string{"path", "querystring", "header"}

// input returns a member of $input.
//
// An empty body is {} for $input.body, and therefore for $input.json and $input.path: https://github.com/localstack/
// localstack/pull/12413, validated on AWS. A path that finds nothing yields "" and not null, so a condition must
// compare with "", as templates on AWS do.
func (r *rendering) input(s step) (Value, error) {
	var arg Value
	if len(s.args) == 1 {
		var err error
		if arg, err = s.args[0].eval(r); err != nil {
			return nil, err
		}
		if err := r.countReads(arg); err != nil {
			return nil, err
		}
	}
	switch s.name {
	case "body":
		if r.env.Body == "" {
			return "{}", nil
		}
		return r.env.Body, nil
	case "params":
		if len(s.args) == 0 {
			return r.parameters(), nil
		}
		all := r.parameters()
		for _, kind := range paramKinds {
			if of := all.entries[kind].(*Map); of.has(stringOf(arg)) {
				return of.get(stringOf(arg)), nil
			}
		}
		return "", nil
	}
	if err := r.parse(); err != nil {
		return nil, err
	}
	path, err := parsePath(stringOf(arg))
	if err != nil {
		return nil, err
	}
	v, passed, err := path.find(r.body)
	if err == nil {
		err = r.countValues(passed)
	}
	if err != nil {
		return nil, err
	}
	if s.name == "path" {
		return v, r.countStep()
	}
	text := jsonText(v)
	return text, r.countBytes(len(text))
}

// parse parses the body as JSON, once. A body that does not look like JSON, such as a form, is a text, which
// $input.json('$') converts to a JSON string.
// Sources: https://github.com/nateyolles/slack-pokerbot/issues/1, and _json_load, validated on AWS, in
// https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/apigateway/next_gen/execute_api/parameters_mapping.py
func (r *rendering) parse() (err error) {
	if r.parsed {
		return nil
	}
	text := r.env.Body
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	if r.body, err = parseJSON(text); err != nil {
		if strings.ContainsAny(strings.TrimSpace(text)[:1], `{["`) {
			return fmt.Errorf("%w: %w", ErrBody, err)
		}
		r.body = r.env.Body
	}
	r.parsed = true
	return nil
}

// parameters returns $input.params().
func (r *rendering) parameters() *Map {
	if r.params != nil {
		return r.params
	}
	r.params = NewMap()
	for _, kind := range paramKinds {
		of := NewMap()
		of.Absent = Empty
		if r.env.Params != nil {
			for _, p := range r.env.Params(kind) {
				of.Put(p.Name, p.Value)
			}
		}
		r.params.Put(kind, of)
	}
	return r.params
}

func (r *rendering) stageVariables() *Map {
	if r.stage == nil {
		r.stage = NewMap()
		r.stage.Absent = Empty
		for _, name := range slices.Sorted(maps.Keys(r.env.StageVariables)) {
			r.stage.Put(name, r.env.StageVariables[name])
		}
	}
	return r.stage
}

// utilities are the functions of $util, with the number of their arguments.
var utilities = map[string]int{
	"escapeJavaScript": 1,
	"parseJson":        1,
	"urlEncode":        1,
	"urlDecode":        1,
	"base64Encode":     1,
	"base64Decode":     1,
}

// util calls a function of $util. A missing argument makes a missing result.
func (r *rendering) util(name string, arg Value) (Value, error) {
	if arg == nil {
		return nil, nil
	}
	if b, ok := arg.(*block); ok {
		text, err := r.text(b.nodes)
		if err != nil {
			return nil, err
		}
		arg = text
	}
	text := stringOf(arg)
	switch name {
	case "parseJson":
		v, err := parseJSON(text)
		if err != nil {
			return nil, fmt.Errorf("$util.parseJson: %w", err)
		}
		return v, r.countBytes(len(text))
	case "escapeJavaScript":
		text = escapeJavaScript(text)
	case "urlEncode":
		text = urlEncode(text)
	case "urlDecode":
		decoded, err := url.QueryUnescape(text)
		if err != nil {
			return nil, fmt.Errorf("$util.urlDecode: %w", err)
		}
		text = decoded
	case "base64Encode":
		text = base64.StdEncoding.EncodeToString([]byte(text))
	case "base64Decode":
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("$util.base64Decode: %w", err)
		}
		text = string(decoded)
	}
	return text, r.countBytes(len(text))
}

// escapeJavaScript escapes a text for a JavaScript string: "This function will turn any regular single quotes (') into
// escaped ones (\'). However, the escaped single quotes are not valid in JSON."
// Sources: the reference of the package's documentation, and StringEscapeUtils.escapeJavaScript of Apache Commons Lang
// (https://commons.apache.org/proper/commons-lang/javadocs/api-2.6/org/apache/commons/lang/StringEscapeUtils.html),
// which also escapes the slash, control characters, and what is not ASCII.
func escapeJavaScript(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case strings.ContainsRune(`"'\/`, c):
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\f':
			b.WriteString(`\f`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < 0x20 || c > 0x7f:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, `\u%04X`, unit)
			}
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// urlEncode works like Java's URLEncoder.encode: letters, digits and -_.* stand for themselves, and a space becomes +.
// Source: https://docs.oracle.com/javase/8/docs/api/java/net/URLEncoder.html
func urlEncode(text string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(text))
}
