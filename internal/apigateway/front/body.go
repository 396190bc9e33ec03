package front

import "github.com/gatehouse-cdk/gatehouse/internal/httpname"

// body reads the body after a head; nil if there is no body. The error is a *[refusal], or one of the connection.
func (r *reader) body(h *head, limit int64) ([]byte, error) {
	switch {
	case h.length == 0:
		return nil, nil
	case h.length > limit:
		return nil, bodyTooLarge(h.length, limit, true)
	case h.length < 0:
		return r.chunked(limit)
	}
	b := make([]byte, h.length)
	return b, r.full(b)
}

// chunked reads a chunked body (RFC 9112, section 7.1). It ignores extensions and the trailer.
func (r *reader) chunked(limit int64) ([]byte, error) {
	var b []byte
	for {
		line, err := r.line(chunkLine)
		if err != nil {
			return nil, err
		}
		size, refused := chunkSize(line)
		if refused != nil {
			return nil, refused
		}
		if size == 0 {
			return b, r.trailer()
		}
		if size > limit-int64(len(b)) {
			return nil, bodyTooLarge(int64(len(b))+size, limit, false)
		}
		at := len(b)
		b = append(b, make([]byte, size)...)
		if err := r.full(b[at:]); err != nil {
			return nil, err
		}
		if line, err = r.line(chunkLine); err != nil {
			return nil, err
		}
		if line != "" {
			return nil, malformed("a chunk is longer than it says")
		}
	}
}

// chunkSize reads the line that begins a chunk: hexadecimal digits, and extensions after a semicolon.
func chunkSize(line string) (int64, *refusal) {
	var n int64
	i := 0
	for ; i < len(line) && hex.contains(line[i]); i++ {
		if i == 15 {
			return 0, malformed("the size of a chunk has too many digits")
		}
		switch c := line[i]; {
		case c <= '9':
			n = n<<4 | int64(c-'0')
		default:
			n = n<<4 | int64(c|0x20-'a'+10)
		}
	}
	if i == 0 || i < len(line) && line[i] != ';' || !httpname.IsValue(line[i:]) {
		return 0, malformed("the size of a chunk is not a number")
	}
	return n, nil
}

// trailer reads the lines after the last chunk.
func (r *reader) trailer() error {
	for left := defaultMaxHead; ; {
		line, err := r.line(left)
		if err != nil {
			return err
		}
		if line == "" {
			return nil
		}
		if _, _, refused := headerLine(line); refused != nil {
			return refused
		}
		if left -= len(line) + 2; left < 2 {
			return malformed("the trailer is too long")
		}
	}
}
