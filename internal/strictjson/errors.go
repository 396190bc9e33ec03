package strictjson

import (
	"errors"
	"fmt"
)

// The reasons for refusing a text. [Document.Parse] wraps one of them in an [*Error].
var (
	ErrSyntax    = errors.New("not JSON")
	ErrTrailing  = errors.New("something follows the value")
	ErrDuplicate = errors.New("a member name occurs twice")
	ErrDepth     = errors.New("nested too deep")
	ErrUTF8      = errors.New("invalid UTF-8 or a lone surrogate")
	ErrNumber    = errors.New("a number is too large for a float64")
	ErrSize      = errors.New("the text is 2 GiB or more")
)

// Error tells where and why a text was refused. It contains no part of the text, so it can be logged.
type Error struct {
	Offset int   // in bytes, from 0
	Err    error // one of this package's sentinels
}

func (e *Error) Error() string { return fmt.Sprintf("strictjson: %v, at byte %d", e.Err, e.Offset) }

// Unwrap returns the reason, for [errors.Is].
func (e *Error) Unwrap() error { return e.Err }
