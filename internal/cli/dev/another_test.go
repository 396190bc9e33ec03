package dev

import (
	"context"
	"os"
	"testing"
	"time"
)

// TestUntilAnother sends signals after the first one.
func TestUntilAnother(t *testing.T) {
	at := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		after []time.Duration // when signals come
		want  int             // the signals after which it ends; 0 if it does not
	}{
		{"what go tool passes on", []time.Duration{time.Millisecond}, 0},
		{"Ctrl-C again", []time.Duration{time.Second}, 1},
		{"Ctrl-C again, by go tool", []time.Duration{time.Millisecond, time.Second, 1001 * time.Millisecond}, 2},
		{"just not the same", []time.Duration{sameSignal - 1, sameSignal}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			signals, read := make(chan os.Signal), 0
			now := func() time.Time { read++; return at.Add(c.after[read-1]) }
			ended, returned := false, make(chan struct{})
			go func() {
				untilAnother(ctx, signals, at, now, func() { ended = true })
				close(returned)
			}()
			for range c.after {
				select {
				case signals <- os.Interrupt:
				case <-returned:
				}
			}
			if c.want == 0 {
				cancel()
			}
			<-returned
			cancel()
			if ended != (c.want > 0) || c.want > 0 && read != c.want {
				t.Errorf("ended: %v, after %d signals; want %d", ended, read, c.want)
			}
		})
	}
}
