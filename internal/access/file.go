package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// FileName is the name of the table's file in the authorizer's bundle.
const FileName = "access.json"

const fileVersion = 1

type file struct {
	Version int         `json:"version"`
	Routes  []fileRoute `json:"routes"`
}

type fileRoute struct {
	Route     string     `json:"route"`
	Elsewhere bool       `json:"elsewhere,omitempty"`
	Requires  []fileNeed `json:"requires,omitempty"`
}

type fileNeed struct {
	Kind  Kind     `json:"kind"`
	AnyOf []string `json:"anyOf"`
}

// Marshal writes the table as the file that [Parse] reads: one route a line, so that a change shows as one line.
func (t *Table) Marshal() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "{\"version\":%d,\"routes\":[", fileVersion)
	for i, r := range t.rules {
		fr := fileRoute{Route: r.Pattern.String(), Elsewhere: r.Elsewhere}
		for _, req := range r.Requires {
			fr.Requires = append(fr.Requires, fileNeed(req))
		}
		line, err := json.Marshal(fr)
		if err != nil {
			panic(err) // strings and booleans always marshal
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n")
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return []byte(b.String())
}

// Parse reads a table's file. What it does not know it refuses, so that an older authorizer never passes over a
// requirement that a newer library wrote.
func Parse(data []byte) (*Table, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	var f file
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("access: %s: %w", FileName, err)
	}
	if dec.More() {
		return nil, errors.New("access: " + FileName + ": data after the table")
	}
	if f.Version != fileVersion {
		return nil, fmt.Errorf("access: %s: version %d, want %d: build the authorizer and the stack from one release", FileName, f.Version, fileVersion)
	}
	rules := make([]Rule, len(f.Routes))
	for i, fr := range f.Routes {
		p, err := route.Parse(fr.Route)
		if err != nil {
			return nil, err
		}
		rules[i] = Rule{Pattern: p, Elsewhere: fr.Elsewhere}
		for _, need := range fr.Requires {
			rules[i].Requires = append(rules[i].Requires, Requirement(need))
		}
	}
	return NewTable(rules)
}
