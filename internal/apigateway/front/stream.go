package front

import (
	"errors"
	"io"
	"strconv"
)

// streamPart is the largest part of a stream that is read at once.
const streamPart = 32 << 10

// errCut reports that a stream failed. The connection is closed, so that the client sees that the body is incomplete.
var errCut = errors.New("front: the stream failed")

// stream writes an answer whose body is still being written: the head at once, and each part as it arrives. It sends
// the body in chunks (RFC 9112, section 7.1), or as it is up to the end of the connection. While it waits for a part,
// the connection is watched like one whose request is being answered.
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
