package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// start measures the time from starting a process to its asking for the first event.
func (b *bench) start() error {
	oursPath, barePath, err := b.buildBoth()
	if err != nil {
		return err
	}
	issuer := startIssuer(20 * time.Millisecond)
	defer issuer.stop()
	env := config(issuer.URL, false)
	const starts = 10 // a round is their median
	once := func(path string) (float64, error) {
		var times []float64
		for range starts {
			p, err := b.launch(env, path)
			if err != nil {
				return 0, err
			}
			times = append(times, p.ready.Sub(p.started).Seconds()*1000)
			p.stop()
		}
		return median(times), nil
	}
	var ours, bare []float64
	for range b.rounds {
		t, err := once(barePath)
		if err != nil {
			return err
		}
		bare = append(bare, t)
		if t, err = once(oursPath); err != nil {
			return err
		}
		ours = append(ours, t)
	}
	b.reportRounds("process start to first /next / bare", "ms", ours, bare, 1.25)
	return nil
}

// first measures the first decision of a process, whose event is there as soon as the function asks for one: what it takes
// beyond the time for which the issuer lets it wait, once for the keys or twice with discovery.
func (b *bench) first() error {
	path, _, err := b.buildBoth()
	if err != nil {
		return err
	}
	const trip = 50 * time.Millisecond
	issuer := startIssuer(trip)
	defer issuer.stop()
	event := authztest.TokenEvent(methodARN, "Bearer "+newToken(issuer.URL, some, 1))
	for _, discovery := range []bool{false, true} {
		name, trips := "keys", 1
		if discovery {
			name, trips = "discovery and keys", 2
		}
		var beyond []float64
		for range b.rounds {
			issuer.spentSince()
			p, err := b.launch(config(issuer.URL, discovery), path)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			result, err := p.Invoke(ctx, event)
			cancel()
			if err != nil || result.Error != nil {
				defer p.stop()
				return fmt.Errorf("%w %v\n%s", err, result.Error, p.logged())
			}
			p.stop()
			beyond = append(beyond, (result.Took-issuer.spentSince()).Seconds()*1000)
		}
		b.report(fmt.Sprintf("first decision, beyond %d x %v for %s", trips, trip, name), "ms", median(beyond), 2, median(beyond)/2, 1)
	}
	return nil
}
