package orders

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reader reads a JSON document strictly. encoding/json accepts duplicate members, members in another case and null for
// anything, and replaces bytes that are not UTF-8. Here each of these is an error that tells its place.
type reader struct {
	dec     *json.Decoder
	invalid []Violation // values that were read but are not permitted
}

// maxViolations is the maximum number of faults in an answer. A client with more has something else to fix first.
const maxViolations = 20

func newReader(body []byte) (*reader, *Problem) {
	if !utf8.Valid(body) {
		return nil, malformed("#", "the body is not UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		where := ""
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			where = fmt.Sprintf(", at byte %d", syntax.Offset)
		}
		return nil, malformed("#", "the body is not JSON: %v%s", err, where)
	}
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.UseNumber()
	return &reader{dec: dec}, nil
}

func malformed(at, format string, a ...any) *Problem {
	p := problem(http.StatusBadRequest, "the body cannot be read as an order")
	p.Errors = []Violation{{Detail: fmt.Sprintf(format, a...), Pointer: at}}
	return p
}

func (r *reader) reject(at, format string, a ...any) {
	if len(r.invalid) < maxViolations {
		r.invalid = append(r.invalid, Violation{Detail: fmt.Sprintf(format, a...), Pointer: at})
	}
}

// member is a member that an object may have.
type member struct {
	name     string
	optional bool
	read     func(at string) *Problem
}

func (r *reader) object(at string, members ...member) *Problem {
	if p := r.open(at, '{', "an object"); p != nil {
		return p
	}
	var seen []string
	for r.dec.More() {
		name, p := r.text(at, "a name")
		if p != nil {
			return p
		}
		i := slices.IndexFunc(members, func(m member) bool { return m.name == name })
		if i < 0 {
			var names []string
			for _, m := range members {
				names = append(names, m.name)
			}
			return malformed(at, "unknown member %s: there are %s", quote(name), strings.Join(names, ", "))
		}
		if slices.Contains(seen, name) {
			return malformed(at+"/"+name, "the member is there twice")
		}
		seen = append(seen, name)
		if p := members[i].read(at + "/" + name); p != nil {
			return p
		}
	}
	for _, m := range members {
		if !m.optional && !slices.Contains(seen, m.name) {
			r.reject(at+"/"+m.name, "the member is missing")
		}
	}
	return r.close(at)
}

func (r *reader) array(at string, element func(at string, index int) *Problem) *Problem {
	if p := r.open(at, '[', "an array"); p != nil {
		return p
	}
	for i := 0; r.dec.More(); i++ {
		if p := element(at+"/"+strconv.Itoa(i), i); p != nil {
			return p
		}
	}
	return r.close(at)
}

// text reads a string.
func (r *reader) text(at, want string) (string, *Problem) {
	tok, p := r.token(at)
	if p != nil {
		return "", p
	}
	s, ok := tok.(string)
	if !ok {
		return "", malformed(at, "want %s, got %s", want, kind(tok))
	}
	return s, nil
}

// whole reads a number, which must be a whole number from low to high.
func (r *reader) whole(at string, low, high int64, into *int64) *Problem {
	tok, p := r.token(at)
	if p != nil {
		return p
	}
	n, ok := tok.(json.Number)
	if !ok {
		return malformed(at, "want a number, got %s", kind(tok))
	}
	v, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || v < low || v > high {
		r.reject(at, "want a whole number from %d to %d, written in digits", low, high)
		return nil
	}
	*into = v
	return nil
}

func (r *reader) open(at string, delim json.Delim, want string) *Problem {
	tok, p := r.token(at)
	if p == nil && tok != delim {
		return malformed(at, "want %s, got %s", want, kind(tok))
	}
	return p
}

func (r *reader) close(at string) *Problem {
	_, p := r.token(at)
	return p
}

// token reads the next token. The document has been checked to be JSON, so an error here cannot tell more.
func (r *reader) token(at string) (json.Token, *Problem) {
	tok, err := r.dec.Token()
	if err != nil {
		return nil, malformed(at, "the body is not JSON")
	}
	return tok, nil
}

func kind(tok json.Token) string {
	switch tok := tok.(type) {
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return strconv.FormatBool(tok)
	case json.Delim:
		if tok == '{' {
			return "an object"
		}
		return "an array"
	}
	return "null"
}

// quote returns a client's own text, shortened, for the answer.
func quote(s string) string {
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "") + "..."
	}
	return strconv.Quote(s)
}
