package cdkapp

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// jsiiWaitedTwice is what jsii-runtime-go v1.139.0 writes, without a newline, if two of its goroutines wait for CDK's
// engine when an app ends: the second one finds no process. This is harmless, and any other end of the engine has
// another message.
// Source: https://github.com/aws/jsii-runtime-go/blob/v1.139.0/internal/kernel/process/process.go, ensureStarted and
// Close, which both call Cmd.Wait.
const jsiiWaitedTwice = "Runtime process exited abnormally: waitid: no child processes"

// without passes on its input except for one text. It holds back the beginning of the text until it knows how that
// continues.
type without struct {
	to   io.Writer
	text string

	mu   sync.Mutex
	held []byte
}

func (w *without) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := bytes.ReplaceAll(append(w.held, p...), []byte(w.text), nil)
	begun := min(len(out), len(w.text)-1)
	for !strings.HasPrefix(w.text, string(out[len(out)-begun:])) {
		begun--
	}
	w.held = bytes.Clone(out[len(out)-begun:])
	if len(out) == begun {
		return len(p), nil
	}
	if _, err := w.to.Write(out[:len(out)-begun]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// flush passes on what is held back. It is called at the end of the input.
func (w *without) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.held) > 0 {
		_, _ = w.to.Write(w.held)
		w.held = nil
	}
}
