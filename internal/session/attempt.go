package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Attempt is a login in progress, which the provider's answer is compared with. Started is in whole seconds.
type Attempt struct {
	State, Nonce, Verifier string
	Return                 string // where the browser goes after the login; see [CheckReturn]
	Started                time.Time
}

const (
	// attemptFor is how long a login may take. alive is how many logins a browser may have in progress.
	attemptFor = 10 * time.Minute
	alive      = 3

	attemptPrefix = prefix + "login-"
	attemptDigits = 16
	attemptInfo   = "gatehouse attempt"

	// maxState is the maximum length of a state, which the callback's caller chooses.
	maxState = 256

	// maxOpened is how many cookies of attempts are opened to find the oldest ones. If there are more, all are cleared.
	maxOpened = 8
)

// attemptCookie returns the name of an attempt's cookie. It contains a digest of the state, so that attempts in several
// tabs do not overwrite each other.
func attemptCookie(state string) string {
	sum := sha256.Sum256([]byte(state))
	return attemptPrefix + hex.EncodeToString(sum[:attemptDigits/2])
}

// isAttemptCookie reports whether a name has the form of an attempt's cookie.
func isAttemptCookie(name string) bool {
	digits, ok := strings.CutPrefix(name, attemptPrefix)
	return ok && len(digits) == attemptDigits && strings.Trim(digits, "0123456789abcdef") == ""
}

func checkAttempt(a *Attempt) error {
	switch {
	case a.State == "" || len(a.State) > maxState:
		return fmt.Errorf("session: the state of an attempt has %d bytes: want 1 to %d", len(a.State), maxState)
	case a.Nonce == "" || a.Verifier == "":
		return errors.New("session: the attempt has no nonce or no verifier")
	}
	return CheckReturn(a.Return)
}

// SealAttempt returns the Set-Cookie headers of an attempt: its cookie, and headers that clear the request's other
// attempts except for the two newest. The cookie lasts 10 minutes. The error is [ErrTooLarge], [ErrUnavailable], or
// tells what is wrong with the attempt.
func (s *Store) SealAttempt(ctx context.Context, a *Attempt, cookieHeaders ...string) (setCookies []string, err error) {
	if err := checkAttempt(a); err != nil {
		return nil, err
	}
	w := writer{b: []byte{anAttempt}}
	w.time("Started", a.Started)
	for _, text := range [...]string{a.State, a.Nonce, a.Verifier, a.Return} {
		w.text(text)
	}
	name := attemptCookie(a.State)
	switch {
	case w.err != nil:
		return nil, w.err
	case sealedSize(len(w.b)) > valueRoom(name):
		return nil, ErrTooLarge
	}
	value, err := s.seal(ctx, attemptInfo, name, w.b)
	if err != nil {
		return nil, err
	}
	setCookies = []string{fmt.Sprintf("%s; Max-Age=%d", setCookie(name, value, lax), attemptFor/time.Second)}
	for _, other := range s.outdatedCookies(ctx, name, cookieHeaders) {
		setCookies = append(setCookies, clearCookie(other, lax))
	}
	return setCookies, nil
}

// outdatedCookies returns the cookies of other attempts that a browser need not keep: those that do not open, and the
// oldest.
func (s *Store) outdatedCookies(ctx context.Context, name string, headers []string) []string {
	type other struct {
		name    string
		started int64
	}
	var others []other
	for _, header := range headers {
		for have, value := range pairs(header) {
			if have == name || !isAttemptCookie(have) ||
				slices.ContainsFunc(others, func(o other) bool { return o.name == have }) {
				continue
			}
			o := other{name: have}
			if len(others) < maxOpened {
				if a, err := s.decryptAttempt(ctx, have, value); err == nil {
					o.started = a.Started.Unix()
				}
			}
			others = append(others, o)
		}
	}
	slices.SortStableFunc(others, func(a, b other) int { return cmp.Compare(b.started, a.started) })
	var names []string
	for i, o := range others {
		if o.started == 0 || i >= alive-1 || len(others) > maxOpened {
			names = append(names, o.name)
		}
	}
	return names
}

// OpenAttempt returns the attempt with a state from the request's cookies. The error is one of [ErrNoSession],
// [ErrForged], [ErrEnded] and [ErrUnavailable].
func (s *Store) OpenAttempt(ctx context.Context, state string, cookieHeaders ...string) (*Attempt, error) {
	if state == "" || len(state) > maxState {
		return nil, ErrNoSession
	}
	header, err := singleHeader(cookieHeaders)
	if err != nil {
		return nil, err
	}
	name := attemptCookie(state)
	value, found, err := cookie(header, name)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, ErrNoSession
	}
	a, err := s.decryptAttempt(ctx, name, value)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(a.State), []byte(state)) != 1 {
		return nil, ErrForged // two states with one digest
	}
	return a, nil
}

// decryptAttempt opens the value of an attempt's cookie.
func (s *Store) decryptAttempt(ctx context.Context, name, value string) (*Attempt, error) {
	if len(value) > valueRoom(name) {
		return nil, ErrForged
	}
	text, err := s.open(ctx, attemptInfo, name, value)
	if err != nil {
		return nil, err
	}
	a, ok := decodeAttempt(text)
	if !ok {
		return nil, ErrForged
	}
	if now := s.now(); !now.Before(a.Started.Add(attemptFor)) || a.Started.After(now.Add(Skew)) {
		return nil, ErrEnded
	}
	return a, nil
}

func decodeAttempt(b []byte) (*Attempt, bool) {
	r := reader{string(b), true}
	kind := r.kind()
	a := &Attempt{Started: r.time(), State: r.text(), Nonce: r.text(), Verifier: r.text(), Return: r.text()}
	return a, kind == anAttempt && r.end() && checkAttempt(a) == nil
}

// ClearAttempt returns the Set-Cookie header that removes an attempt from the browser.
func (s *Store) ClearAttempt(state string) string { return clearCookie(attemptCookie(state), lax) }
