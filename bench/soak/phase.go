//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

// phase starts a gateway, keeps it busy for a while, ends it, and adds the results to the verdict.
func (s *soak) phase(ctx context.Context, v *verdict, duration time.Duration, signal syscall.Signal) error {
	callers, err := s.callers(8)
	if err != nil {
		return err
	}
	g, err := s.start()
	if err != nil {
		return err
	}
	pid := g.cmd.Process.Pid
	k := &kills{}
	t := newTraffic(g.url, s.workers, k)
	loading, stopLoad := context.WithTimeout(ctx, duration)
	defer stopLoad()
	killing, stopKills := context.WithCancel(loading)
	defer stopKills()
	var tasks sync.WaitGroup
	tasks.Go(func() { t.run(loading, s.rate, s.workers, callers) })
	tasks.Go(func() { k.run(killing, s.killEvery, pid) })
	tasks.Go(func() { s.change(killing) })
	samples := s.watch(loading, g, t)

	crash := signal == syscall.SIGQUIT
	if !crash {
		// This run ends in the middle of the load.
		t.mu.Lock()
		t.stopping = true
		t.mu.Unlock()
	} else {
		tasks.Wait()
		time.Sleep(2 * time.Second) // so that the gateway notices that the connections are closed
		v.idle = len(functionsOf(pid))
	}
	select {
	case <-g.ended:
		v.fail("the gateway ended by itself", g.errors.String())
	default:
	}
	left := g.end(signal)
	stopLoad()
	tasks.Wait()
	v.add(t, k, g, left)
	if crash {
		v.samples, v.goroutines = samples, g.goroutines()
	}
	return nil
}

// watch takes samples until one second before the context's deadline, so that a short run ends under load.
func (s *soak) watch(ctx context.Context, g *gateway, t *traffic) (samples []sample) {
	next, told := time.Now().Add(s.sampleEvery), time.Now()
	deadline, _ := ctx.Deadline()
	for ctx.Err() == nil && time.Until(deadline) > time.Second {
		select {
		case <-g.ended:
			return samples
		case <-ctx.Done():
		case <-time.After(min(time.Until(next), time.Until(deadline)-time.Second)):
		}
		if time.Now().Before(next) {
			continue
		}
		next = next.Add(s.sampleEvery)
		if taken, err := takeSample(g.cmd.Process.Pid); err == nil {
			samples = append(samples, taken)
		}
		if time.Since(told) >= time.Minute && len(samples) > 0 {
			told = time.Now()
			last := samples[len(samples)-1]
			t.mu.Lock()
			fmt.Printf(
				"%s: %d requests, statuses %v, %d kills, p50 %.1f ms, p99 %.1f ms, longest %s; gateway %.1f MB, %.0f files, %.0f "+
					"threads, %d functions; load %s; failures %v\n",
				told.Format(time.TimeOnly),
				t.sent,
				t.statuses,
				t.kills.total(),
				t.quantile(0.5),
				t.quantile(0.99),
				t.worst.Round(time.Millisecond),
				last.memory,
				last.files,
				last.threads,
				len(functionsOf(g.cmd.Process.Pid)),
				machine.Load(),
				t.counts,
			)
			t.mu.Unlock()
		}
	}
	return samples
}

// change touches the app's sources, so that the gateway runs the app again and serves the result.
func (s *soak) change(ctx context.Context) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.swapEvery):
		}
		if err := os.WriteFile(filepath.Join(s.dir, "sources", "change"), fmt.Append(nil, n), 0o644); err != nil {
			fmt.Println("cannot change the app's sources:", err)
			return
		}
	}
}
