package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// The stages of the valid versions of a secret. Cookies are sealed with the current version and opened with both, so
// that a rotation does not log users out.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// ErrNoVersion is returned by the function of [NewKeys] if the secret has no version with a stage.
var ErrNoVersion = secretsmanager.ErrNoVersion

// How long keys are used.
const (
	// keysFor is how long keys are used before they are fetched again. keysAtMost is how long they are used if they cannot
	// be fetched again, and so also how long a removed version may be used.
	keysFor    = 5 * time.Minute
	keysAtMost = 15 * time.Minute

	// cooldown is how long an answer counts for a cookie with an unknown key, and how long a failure counts while there
	// are keys.
	cooldown = 10 * time.Second

	// retry is how long a failure counts while there are no keys.
	retry = time.Second

	fetchTimeout = 3 * time.Second
	patience     = 300 * time.Millisecond // with keys that are still usable
)

// minSecret is the minimum size of a secret in bytes.
const minSecret = 32

// keyID identifies a key in the cookies that it sealed.
type keyID [4]byte

type key struct {
	id     keyID
	secret []byte
}

var errShort = fmt.Errorf("session: the secret is too short: want at least %d bytes of randomness", minSecret)

func newKey(secret []byte) (*key, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("%w: got %d", errShort, len(secret))
	}
	k := &key{secret: secret}
	sum := sha256.Sum256(append([]byte("gatehouse session key id"), secret...))
	copy(k.id[:], sum[:])
	return k, nil
}

// keySet is the result of one fetch. It is immutable.
type keySet struct {
	current, previous *key // previous may be nil
	since             time.Time
}

func (s *keySet) find(id keyID) *key {
	switch {
	case s.current.id == id:
		return s.current
	case s.previous != nil && s.previous.id == id:
		return s.previous
	}
	return nil
}

// Keys are the versions of the secret that cookies are sealed with. They are fetched when they are first needed or
// [Keys.Start] is called, and again after 5 minutes. A cookie with an unknown key causes a fetch at once, but only one
// in 10 seconds. If the keys cannot be fetched again, they are used for 15 minutes in all.
type Keys struct {
	fetch func(ctx context.Context, stage string) ([]byte, error)
	now   func() time.Time

	mu     sync.Mutex
	set    *keySet   // nil before the first fetch has succeeded
	tried  time.Time // when the last fetch began
	err    error     // of the last fetch
	flight *flight   // nil if none is in progress
}

// flight is a fetch in progress.
type flight struct{ done chan struct{} }

// NewKeys returns the keys of a secret. The function fetch returns the version with a stage, "AWSCURRENT" or
// "AWSPREVIOUS", and [ErrNoVersion] if no version has it. It is called in goroutines of its own. The default of now is
// [time.Now].
func NewKeys(fetch func(ctx context.Context, stage string) ([]byte, error), now func() time.Time) *Keys {
	if now == nil {
		now = time.Now
	}
	return &Keys{fetch: fetch, now: now}
}

// KeysOf returns the keys of a secret that has one version. The default of now is [time.Now].
func KeysOf(secret string, now func() time.Time) *Keys {
	return NewKeys(func(_ context.Context, stage string) ([]byte, error) {
		if stage != current {
			return nil, ErrNoVersion
		}
		return []byte(secret), nil
	}, now)
}

// Start begins to fetch the keys without waiting for them.
func (k *Keys) Start(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set == nil {
		k.join(ctx, k.now())
	}
}

// Ready waits until the keys are available. The error is an [ErrUnavailable].
func (k *Keys) Ready(ctx context.Context) error {
	_, err := k.current(ctx)
	return err
}

// current returns the key to seal with.
func (k *Keys) current(ctx context.Context) (*key, error) {
	set, err := k.get(ctx, func(*keySet) bool { return true })
	if err != nil {
		return nil, err
	}
	return set.current, nil
}

// find returns the key with an ID. The error is [ErrForged] if no key has it.
func (k *Keys) find(ctx context.Context, id keyID) (*key, error) {
	set, err := k.get(ctx, func(s *keySet) bool { return s.find(id) != nil })
	if err != nil {
		return nil, err
	}
	if key := set.find(id); key != nil {
		return key, nil
	}
	return nil, ErrForged
}

// get returns the set of keys. It fetches the set again if it is old or, after a while, if it is not what is wanted.
func (k *Keys) get(ctx context.Context, wanted func(*keySet) bool) (*keySet, error) {
	k.mu.Lock()
	now := k.now()
	fits := k.set != nil && wanted(k.set)
	fresh := k.set != nil && elapsed.Within(now, k.set.since, keysFor)
	usable := fits && elapsed.Within(now, k.set.since, keysAtMost)
	if fresh && (fits || k.flight == nil && k.err == nil && elapsed.Within(now, k.tried, cooldown)) {
		defer k.mu.Unlock()
		return k.set, nil
	}
	pause := retry
	if k.set != nil && elapsed.Within(now, k.set.since, keysAtMost) {
		pause = cooldown
	}
	if k.flight == nil && k.err != nil && elapsed.Within(now, k.tried, pause) {
		defer k.mu.Unlock()
		return k.usable(usable)
	}
	f := k.join(ctx, now)
	k.mu.Unlock()

	var impatient <-chan time.Time
	if usable {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		impatient = timer.C
	}
	select {
	case <-f.done:
	case <-impatient:
	case <-ctx.Done():
		if !usable {
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set != nil && elapsed.Within(k.now(), k.set.since, keysFor) && k.err == nil {
		return k.set, nil
	}
	usable = k.set != nil && wanted(k.set) && elapsed.Within(k.now(), k.set.since, keysAtMost)
	return k.usable(usable)
}

// usable returns the set, if it may be used although it could not be fetched again.
func (k *Keys) usable(is bool) (*keySet, error) {
	if is {
		return k.set, nil
	}
	if k.err == nil {
		return nil, ErrUnavailable
	}
	return nil, fmt.Errorf("%w: %w", ErrUnavailable, k.err)
}

// join returns the fetch in progress, or starts one.
func (k *Keys) join(ctx context.Context, now time.Time) *flight {
	if k.flight == nil {
		k.flight, k.tried = &flight{make(chan struct{})}, now
		// The fetch serves all requests that wait, so it outlives the request that began it.
		go k.run(context.WithoutCancel(ctx), k.flight, now)
	}
	return k.flight
}

// run fetches the keys.
func (k *Keys) run(ctx context.Context, f *flight, began time.Time) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var before *key
	var errBefore error
	both := make(chan struct{})
	go func() {
		defer close(both)
		before, errBefore = k.version(ctx, previous)
	}()
	now, err := k.version(ctx, current)
	<-both
	if errors.Is(errBefore, ErrNoVersion) || errors.Is(errBefore, errShort) {
		errBefore = nil // no cookie was sealed with it
	}
	if err == nil {
		err = errBefore
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err = err; err == nil {
		k.set = &keySet{now, before, began}
	}
	k.flight = nil
	close(f.done)
}

// version returns the key of a stage.
func (k *Keys) version(ctx context.Context, stage string) (_ *key, err error) {
	defer func() {
		if recover() != nil { // a transport from outside may panic
			err = errors.New("session: the fetch of the keys panicked")
		}
	}()
	secret, err := k.fetch(ctx, stage)
	if err != nil {
		return nil, err
	}
	return newKey(secret)
}
