package lambdaruntime

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSlowFunctionsGrow(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name, why string
		took      []time.Duration // by invocations that have ended
		cold      bool
		under     *process // way
		want      bool
	}{
		{name: "nothing is known", why: "processors are what is missing", want: false},
		{
			name: "quick",
			why:  "further processes would only take the processors from each other",
			took: slices.Repeat([]time.Duration{time.Millisecond}, 50),
			want: false,
		},
		{
			name: "it waits for something",
			why:  "others can run meanwhile",
			took: slices.Repeat([]time.Duration{8 * time.Millisecond}, 50),
			want: true,
		},
		{
			name: "one was slow",
			why:  "the machine was busy",
			took: append(slices.Repeat([]time.Duration{time.Millisecond}, 50), 20*time.Millisecond),
			want: false,
		},
		{
			name: "the first ones were slow",
			why:  "they had connections to open",
			took: slices.Repeat([]time.Duration{time.Second}, 10),
			cold: true,
			want: false,
		},
		{
			name: "it became quick",
			why:  "long ago does not count",
			took: append(
				slices.Repeat([]time.Duration{time.Second}, 5),
				slices.Repeat([]time.Duration{time.Millisecond}, 60)...,
			),
			want: false,
		},
		{
			name:  "one is under way for long",
			why:   "it may wait for one in the queue",
			under: &process{state: busy, since: now.Add(-stuck)},
			want:  true,
		},
		{
			name:  "one is under way",
			why:   "it may be quick",
			under: &process{state: busy, since: now.Add(-stuck + 1)},
			want:  false,
		},
		{
			name:  "a process does not come back",
			why:   "it takes no work",
			under: &process{state: away, since: now.Add(-stuck)},
			want:  true,
		},
		{
			name:  "a process is idle",
			why:   "it was last busy long ago",
			under: &process{state: idle, since: now.Add(-time.Hour)},
			want:  false,
		},
		{
			name:  "one of another version is under way",
			why:   "it says nothing of this one",
			under: &process{state: busy, version: 1, since: now.Add(-time.Hour)},
			want:  false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &function{processes: map[*process]struct{}{}}
			if c.under != nil {
				f.processes[c.under] = struct{}{}
			}
			for _, d := range c.took {
				f.growth.recordDuration(d, c.cold)
			}
			if got := f.slow(now); got != c.want {
				t.Errorf("got %v, want %v: %s", got, c.want, c.why)
			}
		})
	}
}

func TestDue(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name                string
		waits               int
		waited              time.Duration
		starting, returning int
		quick, want         bool
	}{
		{name: "not long", waits: 1, waited: growAfter - 1, want: false},
		{name: "a while", waits: 1, waited: growAfter, want: true},
		{name: "a while, for a quick function", waits: 1, waited: time.Hour, quick: true, want: false},
		{name: "one starts", waits: 1, waited: slowStart - 1, starting: 1, want: false},
		{name: "one starts slowly", waits: 1, waited: slowStart, starting: 1, quick: true, want: true},
		{name: "one comes back", waits: 1, waited: slowStart - 1, returning: 1, want: false},
		{name: "one does not come back", waits: 1, waited: slowStart, returning: 1, want: true},
		{name: "one comes back for two", waits: 2, waited: growAfter, returning: 1, want: true},
		{name: "they come back to a quick function", waits: 1, waited: slowStart, returning: 1, quick: true, want: false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &function{starting: c.starting, returning: c.returning}
			for range c.waits {
				f.queue.push(&invocation{since: now.Add(-c.waited)})
			}
			if !c.quick {
				f.growth.usual = slowInvocation
			}
			if got := f.waitedLongEnough(now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestTheWarmProcessIsTakenFirst checks that a caller that returns gets the same process with its memory, although
// another process has started meanwhile.
func TestTheWarmProcessIsTakenFirst(t *testing.T) {
	f := &function{}
	warm, warmer, cold := &process{f: f, served: true}, &process{f: f, served: true}, &process{f: f}
	for _, p := range []*process{warm, warmer, cold} {
		p.becomeIdle()
	}
	if want := []*process{cold, warm, warmer}; !slices.Equal(f.idle, want) {
		t.Errorf("the last of the idle processes is not the one that was busy last")
	}
}

func TestOneProcessorForOneVCPU(t *testing.T) {
	for _, c := range []struct {
		name      string
		memory    int
		pool, own map[string]string
		want      string // GOMAXPROCS; "" if it is not set
	}{
		{name: "the default memory", memory: 128, want: "1"},
		{name: "one processor's worth", memory: 1769, want: "1"},
		{name: "more", memory: 1770},
		{name: "the pool says otherwise", memory: 128, pool: map[string]string{"GOMAXPROCS": "3"}, want: "3"},
		{
			name:   "the function's own wins",
			memory: 128,
			pool:   map[string]string{"GOMAXPROCS": "3"},
			own:    map[string]string{"GOMAXPROCS": "2"},
			want:   "2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := New(Options{Env: c.pool})
			defer p.Close()
			got := ""
			for _, v := range p.environ(&Spec{MemoryMB: c.memory, Env: c.own}, "127.0.0.1:1") {
				if value, ok := strings.CutPrefix(v, "GOMAXPROCS="); ok {
					got = value
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
