package lambdaruntime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// TestKilledAtRandom: while processes are killed and versions change, every invocation ends, with its own answer or
// with the error that its process ended.
func TestKilledAtRandom(t *testing.T) {
	p := newPool(t, Options{MaxProcesses: 3})
	echo := Spec{Name: "echo", Runtime: "provided.al2023", Dir: filepath.Join(built, "echo"), Timeout: patience}
	add(t, p, echo)
	random := rand.New(rand.NewPCG(1, 2))
	var wg sync.WaitGroup
	var right, crashed atomic.Int64
	working := make(chan struct{})
	for caller := range 8 {
		wg.Go(func() {
			for i := range 150 {
				payload := fmt.Sprintf("%d-%d", caller, i)
				r, err := p.Invoke(context.Background(), "echo", []byte(payload), InvokeOptions{RequestID: payload})
				switch {
				case err != nil || r.RequestID != payload:
					t.Errorf("%s: %+v, %v", payload, r, err)
				case r.Error != nil && r.Error.Type == "Runtime.ExitError":
					crashed.Add(1)
				case r.Error != nil || string(r.Payload) != payload:
					t.Errorf("%s: got %s, %v", payload, r.Payload, r.Error)
				default:
					right.Add(1)
				}
			}
		})
	}
	go func() {
		wg.Wait()
		close(working)
	}()
	for n := 0; ; n++ {
		select {
		case <-working:
			t.Logf("%d answers, %d crashes, %d kills", right.Load(), crashed.Load(), n)
			if right.Load() == 0 {
				t.Error("no invocation was answered")
			}
			waitUntil(t, func() bool { return processes(p, "echo") <= 3 })
			return
		default:
		}
		if random.IntN(20) == 0 {
			add(t, p, echo)
		}
		f := (*p.functions.Load())["echo"]
		f.mu.Lock()
		for q := range f.processes { // the order of a map is random, too
			q.kill.Lock()
			if q.cmd != nil {
				q.cmd.Process.Kill()
			}
			q.kill.Unlock()
			break
		}
		f.mu.Unlock()
		// One answer between two kills, so that both happen.
		before := right.Load()
		waitUntil(t, func() bool {
			select {
			case <-working:
				return true
			default:
				return right.Load() > before+int64(n%7)
			}
		})
	}
}
