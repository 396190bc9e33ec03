package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// FileName is the name of the table's file in the authorizer's bundle.
const FileName = "access.json"

const fileVersion = 1

type fileRoute struct {
	Route     string        `json:"route"`
	Elsewhere bool          `json:"elsewhere,omitempty"`
	Forward   bool          `json:"forward,omitempty"`
	Requires  []Requirement `json:"requires,omitempty"`
}

// Marshal writes the table as the file that [Parse] reads. Each route has a line of its own, so that a change shows as
// one line.
func (t *Table) Marshal() []byte {
	b := append(strconv.AppendInt([]byte(`{"version":`), fileVersion, 10), `,"routes":[`...)
	for i, r := range t.rules {
		line, err := json.Marshal(fileRoute{r.Pattern.String(), r.Elsewhere, r.Forward, r.Requires})
		if err != nil {
			panic(err) // strings and booleans always marshal
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, '\n'), line...)
	}
	return append(b, "\n]}\n"...)
}

// Parse reads a table's file. It refuses members that it does not know, so that an older authorizer never ignores a
// requirement that a newer library wrote. It also refuses a member that occurs twice or in another case.
func Parse(data []byte) (*Table, error) {
	rules, err := readFile(string(data))
	if err != nil {
		return nil, fmt.Errorf("access: %s: %w", FileName, err)
	}
	return NewTable(rules)
}

func readFile(text string) ([]Rule, error) {
	var doc strictjson.Document
	doc.Grow(len(text) / bytesPerValue)
	root, err := doc.Parse(text)
	if err != nil {
		return nil, err
	}
	var (
		rules []Rule
		read  reader
	)
	version, complete := "", false
	err = root.EachMember(func(name string, v strictjson.Value) error {
		switch name {
		case "version":
			version = v.Raw()
			return nil
		case "routes":
			complete = true
			n := v.Len()
			rules = slices.Grow(rules, n)
			read = reader{requires: make([]Requirement, 0, n), values: make([]string, 0, n)}
			return v.EachElement(func(e strictjson.Value) error {
				rule, err := read.rule(e)
				if err != nil {
					return fmt.Errorf("route %d: %w", len(rules)+1, err)
				}
				rules = append(rules, rule)
				return nil
			})
		}
		return errUnknown
	})
	switch want := strconv.Itoa(fileVersion); {
	case version != "" && version != want: // checked first, because it also explains any other difference
		return nil, fmt.Errorf("version %s, want %s: build the authorizer and the stack from one release", version, want)
	case err == nil && (version == "" || !complete):
		return nil, fmt.Errorf("want the members %q and %q", "version", "routes")
	}
	return rules, err
}

// bytesPerValue is the minimum number of bytes that the file has for each value and each name.
const bytesPerValue = 6

// reader allocates the contents of the rules that it reads in a few pieces of memory.
type reader struct {
	requires []Requirement
	values   []string
}

func (r *reader) rule(v strictjson.Value) (rule Rule, err error) {
	var pattern string
	err = v.EachMember(func(name string, v strictjson.Value) error {
		switch name {
		case "route":
			return readText(v, &pattern)
		case "elsewhere":
			return readBool(v, &rule.Elsewhere)
		case "forward":
			if !Forwarding {
				return errUnknown
			}
			return readBool(v, &rule.Forward)
		case "requires":
			first := len(r.requires)
			err := v.EachElement(func(e strictjson.Value) error {
				req, err := r.requirement(e, false)
				r.requires = append(r.requires, req)
				return err
			})
			rule.Requires = slices.Clip(r.requires[first:])
			return err
		}
		return errUnknown
	})
	if err == nil {
		rule.Pattern, err = route.Parse(pattern)
	}
	return rule, err
}

// requirement reads a requirement, or an alternative if within is set.
func (r *reader) requirement(v strictjson.Value, within bool) (req Requirement, err error) {
	err = v.EachMember(func(name string, v strictjson.Value) error {
		switch name {
		case "kind":
			return readText(v, (*string)(&req.Kind))
		case "anyOf":
			first := len(r.values)
			err := v.EachElement(func(e strictjson.Value) error {
				r.values = append(r.values, "")
				return readText(e, &r.values[len(r.values)-1])
			})
			req.AnyOf = slices.Clip(r.values[first:])
			return err
		case "parameter":
			return readText(v, &req.Parameter)
		case "claim":
			return readText(v, &req.Claim)
		case "either":
			if within {
				return errUnknown
			}
			return v.EachElement(func(e strictjson.Value) error {
				alternative, err := r.requirement(e, true)
				req.Either = append(req.Either, alternative)
				return err
			})
		}
		return errUnknown
	})
	return req, err
}

func readBool(v strictjson.Value, to *bool) error {
	b, ok := v.Bool()
	if *to = b; !ok {
		return fmt.Errorf("want a boolean, got %v", v.Kind())
	}
	return nil
}

var errUnknown = errors.New("not known to this release: build the authorizer and the stack from one release")

func readText(v strictjson.Value, into *string) error {
	s, ok := v.Text()
	if *into = s; !ok {
		return fmt.Errorf("want a string, got %v", v.Kind())
	}
	return nil
}
