// Package routermark lets a build tool see in a function's executable that it routes by the event's resource.
//
// The linker leaves out what a program does not reach. So an executable holds the mark if, and only if, something in
// the program makes a router that is keyed by the route that API Gateway authorized. The mark does not say that every
// request goes through that router.
package routermark

import (
	"bytes"
	"io"
)

// mark is long enough not to occur by chance, and is found in one piece because it is one constant.
const mark = "gatehouse:this-executable-routes-by-the-authorized-resource:1"

// ByResource is the mark, for a router to keep. It is not inlined into callers that do not use it: a router stores it,
// so that an executable with the router has it.
func ByResource() string { return mark }

// In reports whether an executable holds the mark.
func In(executable []byte) bool { return bytes.Contains(executable, []byte(mark)) }

// Find reports whether what is read holds the mark, without all of it in memory.
func Find(executable io.Reader) (bool, error) {
	window := make([]byte, 0, 256<<10)
	for {
		n, err := executable.Read(window[len(window):cap(window)])
		window = window[:len(window)+n]
		switch {
		case In(window):
			return true, nil
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		case len(window) == cap(window): // a mark may have begun at the end
			window = window[:copy(window, window[len(window)-len(mark)+1:])]
		}
	}
}
