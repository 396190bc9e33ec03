//go:build unix

package lambdaruntime

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// event is about as long as an AWS_PROXY event.
var event = bytes.Repeat([]byte("0123456789abcdef"), 100)

// BenchmarkInvoke is the whole way: 32 callers, a real aws-lambda-go function that echoes, and at most so many
// processes. own-us/op and functions-us/op are the processor time of this process and of the functions (with their
// start): they do not depend on what else the machine does.
func BenchmarkInvoke(b *testing.B) {
	for _, n := range []int{1, 2, 4, defaultMaxProcesses} {
		b.Run(fmt.Sprintf("at most %d", n), func(b *testing.B) { benchmark(b, n, 32, nil) })
	}
	b.Run("at most 2, on all processors", func(b *testing.B) {
		benchmark(b, 2, 32, map[string]string{"GOMAXPROCS": fmt.Sprint(runtime.NumCPU())})
	})
	b.Run("one caller", func(b *testing.B) { benchmark(b, 2, 1, nil) })
}

func benchmark(b *testing.B, limit, callers int, env map[string]string) {
	p := newPool(b, Options{MaxProcesses: limit, Env: env})
	add(b, p, Spec{Name: "echo", Runtime: "provided.al2023", Dir: filepath.Join(built, "echo"), Handler: "bootstrap"})
	call := func() {
		r, err := p.Invoke(
			context.Background(),
			"echo",
			event,
			InvokeOptions{RequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
		)
		if err != nil || len(r.Payload) != len(event) {
			b.Errorf("got %+v, %v", r, err)
		}
	}
	call()
	work := make(chan struct{}, b.N)
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	b.ReportAllocs()
	own, theirs := cpu(syscall.RUSAGE_SELF), cpu(syscall.RUSAGE_CHILDREN)
	b.ResetTimer()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range work {
				call()
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64(cpu(syscall.RUSAGE_SELF)-own)/1e3/float64(b.N), "own-us/op")
	b.ReportMetric(float64(processes(p, "echo")), "processes")
	p.Close()
	b.ReportMetric(float64(cpu(syscall.RUSAGE_CHILDREN)-theirs)/1e3/float64(b.N), "functions-us/op")
}

func cpu(who int) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
