package session

import (
	"bytes"
	"context"
)

// The methods in this file are for sessions in a table. The browser's cookie has the name and attributes of a sealed
// one. Its value is a handle, which only tells where the session is.

const itemInfo = "gatehouse item"

// Handle returns the value of the session's cookie. The arguments are the values of all of the request's Cookie
// headers. The error is [ErrNoSession], or [ErrForged] if there are two such cookies or two headers.
func (s *Store) Handle(cookieHeaders ...string) (string, error) {
	header, err := singleHeader(cookieHeaders)
	if err != nil {
		return "", err
	}
	value, found, err := cookie(header, s.cookie)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "", ErrNoSession
	}
	return value, nil
}

// SetHandle returns the Set-Cookie headers that give the browser a handle. The second header clears the second cookie
// of a sealed session, which the browser may still have.
func (s *Store) SetHandle(handle string) (setCookies []string) {
	return []string{setCookie(s.cookie, handle, strict), clearCookie(s.secondCookie(), strict)}
}

// SealItem encrypts a text for an item of a table. It opens only for the same cookie name, host and item key. The error
// is an [ErrUnavailable], or reports that there is no randomness.
func (s *Store) SealItem(ctx context.Context, key string, text []byte) ([]byte, error) {
	return s.encrypt(ctx, itemInfo, s.cookie+"\n"+key, text)
}

// OpenItem decrypts what [Store.SealItem] encrypted. The error is [ErrForged] or [ErrUnavailable].
func (s *Store) OpenItem(ctx context.Context, key string, sealed []byte) ([]byte, error) {
	return s.decrypt(ctx, itemInfo, s.cookie+"\n"+key, bytes.Clone(sealed)) // a copy, because decrypt works in place
}

// Alive reports whether a session has not ended by its times.
func (s *Store) Alive(x *Session) bool { return s.alive(x, s.now()) }
