package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// The encoding of a session is a byte for its kind, times of 8 bytes each (seconds since 1970), and texts, each
// preceded by its length in 2 bytes. All numbers are big-endian. A session has exactly one encoding, and [Decode]
// accepts no other.

// The kinds of encoded texts.
const (
	withToken  = 't'
	withClaims = 'c'
	anAttempt  = 'a'
)

var errEncoding = errors.New("session: the text was not encoded by this release")

// maxTime is the end of the year 9999.
const maxTime = 253402300799

type writer struct {
	b   []byte
	err error
}

func (w *writer) time(name string, t time.Time) {
	n := t.Unix()
	if n <= 0 || n > maxTime {
		w.err = fmt.Errorf("session: the time of %s is %v: it is not set", name, t)
		return
	}
	w.b = binary.BigEndian.AppendUint64(w.b, uint64(n))
}

func (w *writer) text(s string) {
	if len(s) > math.MaxUint16 {
		w.err = ErrTooLarge
		return
	}
	w.b = append(binary.BigEndian.AppendUint16(w.b, uint16(len(s))), s...)
}

// reader reads what a writer wrote. After the first error it reads nothing. The texts are parts of one string.
type reader struct {
	s  string
	ok bool
}

func (r *reader) next(n int) string {
	if !r.ok || n > len(r.s) {
		r.s, r.ok = "", false
		return ""
	}
	out := r.s[:n]
	r.s = r.s[n:]
	return out
}

// number reads an unsigned number of the given size in bytes.
func (r *reader) number(size int) (n uint64) {
	b := r.next(size)
	for i := range len(b) {
		n = n<<8 | uint64(b[i])
	}
	return n
}

func (r *reader) kind() byte { return byte(r.number(1)) }

func (r *reader) time() time.Time {
	n := r.number(8)
	if n == 0 || n > maxTime {
		r.ok = false
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}

func (r *reader) text() string { return r.next(int(r.number(2))) }

// end reports whether everything was read without an error.
func (r *reader) end() bool { return r.ok && r.s == "" }

// Encode encodes a session. The error tells what is wrong with the session, or is [ErrTooLarge] for a text of more than
// 65,535 bytes.
func Encode(x *Session) ([]byte, error) {
	w := writer{b: make([]byte, 0, 64+len(x.Token)+len(x.Claims)+len(x.Refresh)+len(x.Subject)+len(x.Name)+len(x.Email))}
	kind, main := byte(withToken), x.Token
	if len(x.Claims) > 0 {
		kind, main = withClaims, string(x.Claims)
	}
	if (x.Token == "") == (len(x.Claims) == 0) {
		return nil, errors.New("session: want an access token or claims of an ID token, and one of the two alone")
	}
	w.b = append(w.b, kind)
	w.time("Started", x.Started)
	w.time("Active", x.Active)
	w.time("Got", x.Got)
	w.time("Expires", x.Expires)
	for _, s := range [...]string{main, x.Refresh, x.Subject, x.Name, x.Email} {
		w.text(s)
	}
	return w.b, w.err
}

// Decode decodes a session that [Encode] wrote.
func Decode(b []byte) (*Session, error) {
	r := reader{string(b), true}
	kind := r.kind()
	x := &Session{Started: r.time(), Active: r.time(), Got: r.time(), Expires: r.time()}
	main := r.text()
	x.Refresh, x.Subject, x.Name, x.Email = r.text(), r.text(), r.text(), r.text()
	switch {
	case !r.end() || main == "":
		return nil, errEncoding
	case kind == withToken:
		x.Token = main
	case kind == withClaims:
		x.Claims = []byte(main)
	default:
		return nil, errEncoding
	}
	return x, nil
}
