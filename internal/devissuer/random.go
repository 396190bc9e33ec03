package devissuer

import (
	"io"
	"sync"
)

// lockedReader lets several goroutines read from one source, which need not be safe for that.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
