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
	name      string // the member's; "" if it is an index
	index     int
	depth     int
}

// at is the place that a path says.
func at(s *Stack, logicalID, path string) where {
	return where{stack: s, logicalID: logicalID, name: path, index: -1}
}

func (w where) member(name string) where {
	return where{stack: w.stack, logicalID: w.logicalID, up: &w, name: name, index: -1, depth: w.depth + 1}
}

func (w where) entry(i int) where {
	return where{stack: w.stack, logicalID: w.logicalID, up: &w, index: i, depth: w.depth + 1}
}

// of is the place of a value in a resource, as deep as w.
func (w where) of(logicalID, path string) where {
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

// fail is the error that an intrinsic function has no value here.
func (w where) fail(intrinsic string, err error, format string, args ...any) error {
	return &UnresolvedError{
		Stack: w.stack.Path, LogicalID: w.logicalID, Path: w.path(),
		Intrinsic: intrinsic, Reason: fmt.Sprintf(format, args...), Err: err,
	}
}
