package dev

import (
	"context"
	"os"
	"time"
)

// sameSignal is the time after a signal in which another one counts as the same. "go tool" passes each signal on, and a
// terminal sends Ctrl-C to all processes in the foreground, so "go tool gatehouse dev" gets each Ctrl-C twice.
// Source: buildAndRunTool of https://github.com/golang/go/blob/master/src/cmd/go/internal/tool/tool.go
const sameSignal = 300 * time.Millisecond

// untilAnother calls end for a signal other than the one at a time. It returns then, or when ctx ends.
func untilAnother(ctx context.Context, signals <-chan os.Signal, at time.Time, now func() time.Time, end func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			if now().Sub(at) >= sameSignal {
				end()
				return
			}
		}
	}
}
