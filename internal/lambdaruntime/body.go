package lambdaruntime

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
)

// fixed reads a body whose length is known.
func (w *wire) fixed(length int) error {
	if length > MaxPayload {
		w.req.tooLarge = true
		return w.discard(length)
	}
	w.req.body = make([]byte, length)
	_, err := io.ReadFull(w.r, w.req.body)
	return err
}

// discard reads over a part of a body.
func (w *wire) discard(n int) error {
	if n > maxDiscard {
		return errMalformed
	}
	_, err := w.r.Discard(n)
	return err
}

// chunks reads a body in chunks (RFC 9112 section 7.1) and its trailers. aws-lambda-go sends its answers so, mostly as one.
func (w *wire) chunks() error {
	body := []byte{}
	for discarded := 0; ; {
		line, err := w.line()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n64, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil {
			return errMalformed
		}
		n := int(n64)
		if n == 0 {
			break
		}
		if len(body)+n > MaxPayload || w.req.tooLarge {
			w.req.tooLarge = true
			if discarded += n; discarded > maxDiscard {
				return errMalformed
			}
			err = w.discard(n)
		} else {
			start := len(body)
			if start == 0 {
				body = make([]byte, n)
			} else {
				body = append(body, make([]byte, n)...)
			}
			_, err = io.ReadFull(w.r, body[start:])
		}
		if err != nil {
			return err
		}
		if end, err := w.line(); err != nil || len(end) != 0 {
			return errors.Join(errMalformed, err)
		}
	}
	if !w.req.tooLarge {
		w.req.body = body
	}
	return w.trailers()
}

// trailers carry an error that came up after the first byte of an answer was sent.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
func (w *wire) trailers() error {
	for total := 0; ; {
		line, err := w.line()
		if err != nil || len(line) == 0 {
			return err
		}
		if total += len(line); total > maxHeader {
			return errMalformed
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case fold(name, "Lambda-Runtime-Function-Error-Type"):
			w.req.trailerType = string(value)
		case fold(name, "Lambda-Runtime-Function-Error-Body"):
			if decoded, err := base64.StdEncoding.DecodeString(string(value)); err == nil {
				w.req.trailerBody = decoded
			}
		}
	}
}
