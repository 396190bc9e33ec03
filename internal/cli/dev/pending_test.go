package dev

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// TestPending advances the clock by slowAfter at several steps of a request.
func TestPending(t *testing.T) {
	for _, c := range []struct {
		name     string
		meantime func(*pendings)
		slow     []string // the functions that the reported requests wait for
		open     int
	}{
		{"it waits for a function", func(p *pendings) { p.WaitsFor("id-1", "Fn") }, []string{"Fn"}, 1},
		{"it waits for no function", func(p *pendings) {}, []string{""}, 1},
		{"another request waits", func(p *pendings) { p.WaitsFor("id-2", "Fn") }, []string{""}, 1},
		{"its stream has begun", func(p *pendings) { p.Answered("id-1") }, nil, 1},
		{"it has ended", func(p *pendings) { p.ended("id-1"); p.Answered("id-1") }, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var slow []pending
			var passes func()
			p := newPendings(func(one pending) { slow = append(slow, one) })
			p.after = func(d time.Duration, f func()) func() bool {
				if d != slowAfter {
					t.Errorf("the time is %s, want %s", d, slowAfter)
				}
				passes = f
				return func() bool { passes = func() {}; return true }
			}
			p.Began(apigateway.Arrival{Request: &exchange.Request{RequestID: "id-1"}, Time: noon})
			c.meantime(p)
			passes()
			if len(slow) != len(c.slow) || len(slow) > 0 && slow[0].function != c.slow[0] {
				t.Errorf("got %+v, want %q", slow, c.slow)
			}
			if n := len(p.list()); n != c.open {
				t.Errorf("%d requests are open, want %d", n, c.open)
			}
		})
	}
	t.Run("the oldest is the first", func(t *testing.T) {
		p := newPendings(func(pending) {})
		p.after = func(time.Duration, func()) func() bool { return func() bool { return true } }
		for id, age := range map[string]time.Duration{"young": 0, "old": time.Minute, "middle": time.Second} {
			p.Began(apigateway.Arrival{Request: &exchange.Request{RequestID: id}, Time: noon.Add(-age)})
		}
		got := p.list()
		if len(got) != 3 || got[0].Request.RequestID != "old" || got[2].Request.RequestID != "young" {
			t.Errorf("got %+v", got)
		}
	})
}
