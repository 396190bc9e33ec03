package cloudassembly

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// where is a place in a template: a path of members and indices, as a list from its end.
type where struct {
	stack     *Stack
	logicalID string
	up        *where
	name      string // the member's name; "" for an index
	index     int
	depth     int
}

// placeAt returns the place that a path names.
func placeAt(s *Stack, logicalID, path string) where {
	return where{stack: s, logicalID: logicalID, name: path, index: -1}
}

func (w where) member(name string) where {
	return where{stack: w.stack, logicalID: w.logicalID, up: &w, name: name, index: -1, depth: w.depth + 1}
}

func (w where) entry(i int) where {
	return where{stack: w.stack, logicalID: w.logicalID, up: &w, index: i, depth: w.depth + 1}
}

// inResource returns a place in another resource, with the depth of w.
func (w where) inResource(logicalID, path string) where {
	return where{stack: w.stack, logicalID: logicalID, name: path, index: -1, depth: w.depth}
}

func (w where) path() string {
	var steps []string
	for p := &w; p != nil; p = p.up {
		switch {
		case p.index >= 0:
			steps = append(steps, "["+strconv.Itoa(p.index)+"]")
		case p.name != "" && p.up != nil:
			steps = append(steps, "."+p.name)
		default:
			steps = append(steps, p.name)
		}
	}
	slices.Reverse(steps)
	return strings.TrimPrefix(strings.Join(steps, ""), ".")
}

// fail returns the error for an intrinsic function that has no value at this place.
func (w where) fail(intrinsic string, err error, format string, args ...any) error {
	return &UnresolvedError{
		Stack: w.stack.Path, LogicalID: w.logicalID, Path: w.path(),
		Intrinsic: intrinsic, Reason: fmt.Sprintf(format, args...), Err: err,
	}
}
