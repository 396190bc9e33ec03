package front

import (
	"bytes"
	"io"
)

// reader reads requests from a connection. buf[start:end] has been read but not used yet, and belongs to the next
// request.
type reader struct {
	src        io.Reader
	buf        []byte
	start, end int
}

const (
	smallBuffer = 4 << 10 // holds most requests
	chunkLine   = 256     // the longest line that begins a chunk, with its extensions
)

// fill reads more bytes into the buffer, which holds up to max unused bytes.
func (r *reader) fill(max int) error {
	if r.start == r.end {
		r.start, r.end = 0, 0
	}
	if r.end == len(r.buf) {
		if r.start > 0 {
			r.end = copy(r.buf, r.buf[r.start:r.end])
			r.start = 0
		} else {
			grown := make([]byte, min(max, 2*len(r.buf)+smallBuffer)+1)
			copy(grown, r.buf)
			r.buf = grown
		}
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		return nil // a further read returns the error again
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// head reads up to the empty line that ends the header, and counts the header lines before it. Every line must end in
// CRLF. Accepting a bare LF as well would be allowed (RFC 9112, section 2.2), but has led to request smuggling.
//
// The error is io.EOF at the end of the connection, a *[refusal], or one of the connection.
func (r *reader) head(max int) (text string, count int, err error) {
	for scanned, line := 0, 0; ; {
		unread := r.buf[r.start+scanned : r.end]
		i := bytes.IndexByte(unread, '\n')
		if i < 0 {
			scanned += len(unread)
			switch {
			case scanned <= max:
			case line == 0:
				return "", 0, targetTooLong(max)
			default:
				return "", 0, headTooLarge(max, r.buf[r.start:r.end])
			}
			if err := r.fill(max); err != nil {
				return "", 0, err
			}
			continue
		}
		at := scanned + i
		if at == line || r.buf[r.start+at-1] != '\r' {
			return "", 0, malformed("a line ends in LF without CR")
		}
		scanned = at + 1
		if at == line+1 {
			if line == 0 {
				return "", 0, malformed("the request line is empty")
			}
			if scanned > max {
				return "", 0, headTooLarge(max, r.buf[r.start:r.start+scanned])
			}
			text = string(r.buf[r.start : r.start+scanned])
			r.start += scanned
			return text, count - 1, nil
		}
		line = scanned
		count++
	}
}

// line reads a line that ends in CRLF, and returns it without the CRLF. The result is valid until the next read.
func (r *reader) line(max int) (string, error) {
	for scanned := 0; ; {
		unread := r.buf[r.start+scanned : r.end]
		i := bytes.IndexByte(unread, '\n')
		if i >= 0 {
			at := r.start + scanned + i
			text := r.buf[r.start:at]
			r.start = at + 1
			if len(text) == 0 || text[len(text)-1] != '\r' {
				return "", malformed("a line of the body ends in LF without CR")
			}
			if len(text) > max {
				return "", malformed("a line of the body's framing is too long")
			}
			return string(text[:len(text)-1]), nil
		}
		scanned += len(unread)
		if scanned > max {
			return "", malformed("a line of the body's framing is too long")
		}
		if err := r.fill(max); err != nil {
			return "", unexpected(err)
		}
	}
}

// full fills b.
func (r *reader) full(b []byte) error {
	n := copy(b, r.buf[r.start:r.end])
	r.start += n
	if n == len(b) {
		return nil
	}
	_, err := io.ReadFull(r.src, b[n:])
	return unexpected(err)
}

// unexpected converts an error in the middle of a request, where the connection must not end.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
