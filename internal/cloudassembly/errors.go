package cloudassembly

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNotAssembly is returned for a folder that is not a cloud assembly, or that lacks a file that its manifest names.
	ErrNotAssembly = errors.New("not a cloud assembly")

	// ErrNoStack is returned for a stack that the assembly does not have.
	ErrNoStack = errors.New("no such stack")

	// ErrNoAsset is returned for an asset that the assembly does not have, or whose file is gone.
	ErrNoAsset = errors.New("no such asset")

	// ErrUnresolved matches every [UnresolvedError].
	ErrUnresolved = errors.New("unresolved")

	// ErrCycle reports that the definition of a value depends on the value itself.
	ErrCycle = errors.New("a cycle")

	// ErrTooLarge reports that a template is nested too deeply, or grows too large when it is evaluated.
	ErrTooLarge = errors.New("too large")
)

const manifestFile = "manifest.json"

// notAssembly returns an [ErrNotAssembly] about a folder.
func notAssembly(dir, format string, args ...any) error {
	return fmt.Errorf("assembly: %s: %w: %w", dir, ErrNotAssembly, fmt.Errorf(format, args...))
}

// UnresolvedError says which value of a template could not be resolved, and why.
type UnresolvedError struct {
	Stack     string // the stack's path
	LogicalID string // the resource; "" outside of Resources
	Path      string // inside the resource or the template, such as "Properties.Uri.Fn::Join[1][3]"
	Intrinsic string // the function that cannot be resolved, such as "Fn::GetAtt"
	Reason    string

	// Err is the cause, if the value refers to another unresolved one; or [ErrCycle] or [ErrTooLarge]; or nil.
	Err error
}

// Error names the place, the function and the reason. For a chain of values, it names the first ones and the last.
func (e *UnresolvedError) Error() string {
	return "assembly: " + e.text(0)
}

// maxChain is how many links of a chain of unresolved values an error shows.
const maxChain = 4

func (e *UnresolvedError) text(depth int) string {
	var place []string
	for _, part := range []string{e.Stack, e.LogicalID, e.Path} {
		if part != "" {
			place = append(place, part)
		}
	}
	text := fmt.Sprintf("%s: %s: %s", strings.Join(place, "/"), e.Intrinsic, e.Reason)
	if cause, ok := e.Err.(*UnresolvedError); ok {
		if depth == maxChain {
			return text + ", and so on"
		}
		return text + ", as " + cause.text(depth+1)
	}
	return text
}

// Unwrap makes errors.Is match [ErrUnresolved], and the cause if that is one of this package's errors.
func (e *UnresolvedError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrUnresolved}
	}
	return []error{ErrUnresolved, e.Err}
}
