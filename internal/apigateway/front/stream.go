package front

import (
	"errors"
	"io"
	"strconv"
)

// streamPart is how much of a stream is read at a time.
const streamPart = 32 << 10

// errCut says that a stream failed: the connection ends, so that the client sees that the body is not whole.
var errCut = errors.New("front: the stream failed")

// stream writes an answer whose body is still being made: the head at once, and each part as it comes, in chunks (RFC
// 9112, section 7.1) or as it is, up to the connection's end. While it waits for a part, the connection is looked after
// as that of a request that is being answered.
func (c *conn) stream(head []byte, from io.ReadCloser, body, chunked bool) error {
	defer from.Close()
	if _, err := c.net.Write(head); err != nil || !body {
		return err
	}
	part := make([]byte, streamPart)
	var out []byte
	for {
		c.enter(working)
		n, err := from.Read(part)
		c.enter(writing)
		if n > 0 {
			out = out[:0]
			if chunked {
				out = append(strconv.AppendInt(out, int64(n), 16), "\r\n"...)
			}
			out = append(out, part[:n]...)
			if chunked {
				out = append(out, "\r\n"...)
			}
			if _, err := c.net.Write(out); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF && chunked:
			_, err = io.WriteString(c.net, "0\r\n\r\n")
			return err
		case err == io.EOF:
			return nil
		case err != nil:
			return errCut
		}
	}
}
