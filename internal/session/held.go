package session

import (
	"bytes"
	"context"
)

// What follows is for sessions that a table holds. The browser's cookie has the name and the attributes of a sealed
// one, and its value, the handle, only says where the session is.

const itemInfo = "gatehouse item"

// Handle returns the value of the session's cookie in a request's cookies, which are given as the values of all its
// Cookie headers. The error is [ErrNoSession], or [ErrForged] for two such cookies or two headers.
func (s *Store) Handle(cookieHeaders ...string) (string, error) {
	header, err := one(cookieHeaders)
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

// SetHandle returns the Set-Cookie headers that give the browser a handle. The second one clears the second cookie of a
// sealed session, which the browser may have from before.
func (s *Store) SetHandle(handle string) (setCookies []string) {
	return []string{setting(s.cookie, handle, strict), clearing(s.second(), strict)}
}

// SealItem encrypts a text that an item of a table holds. It opens for the same cookie name, host and key of the item
// alone. The error is an [ErrUnavailable], or says that there is no randomness.
func (s *Store) SealItem(ctx context.Context, key string, text []byte) ([]byte, error) {
	return s.encrypt(ctx, itemInfo, s.cookie+"\n"+key, text)
}

// OpenItem decrypts what [Store.SealItem] has sealed. The error is [ErrForged] or [ErrUnavailable].
func (s *Store) OpenItem(ctx context.Context, key string, sealed []byte) ([]byte, error) {
	return s.decrypt(ctx, itemInfo, s.cookie+"\n"+key, bytes.Clone(sealed)) // which decrypts in place
}

// Alive reports whether a session has not ended by its times.
func (s *Store) Alive(x *Session) bool { return s.alive(x, s.now()) }
