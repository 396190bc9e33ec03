package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// target is one route of one server, with the expected answer.
type target struct {
	name    string // the server's
	pid     int
	address string // host:port
	path    string
	token   string // "" for a public route
	body    string
}

// round has the figures of a target in one round.
type round struct {
	rate     float64 // requests per second
	p50, p99 float64 // milliseconds
	cpu      float64 // processor time of the server and its functions per request, in microseconds
}

// patience is how long an answer may take. It is long, because the machine may be busy.
const patience = 30 * time.Second

// load keeps several connections busy for a while. Each has one request at a time: the next is sent when the answer has
// been read. Every answer is checked.
//
// It uses no HTTP client of the standard library, because client and servers share the machine: the client's processor
// time would slow down the faster server most.
func (t target) load(connections int, length time.Duration) (round, error) {
	before, start := processorTime(t.pid), time.Now()
	took, err := t.drive(connections, start.Add(length))
	if err != nil {
		return round{}, fmt.Errorf("%s, GET %s: %w", t.name, t.path, err)
	}
	passed, used := time.Since(start).Seconds(), processorTime(t.pid)-before
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1000 }
	return round{float64(len(took)) / passed, at(0.5), at(0.99), used / float64(len(took))}, nil
}

// request returns the text of a request.
func (t target) request() []byte {
	var b bytes.Buffer
	fmt.Fprintf(
		&b,
		"GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: benchmark/1\r\nAccept: application/json\r\n",
		t.path,
		t.address,
	)
	if t.token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", t.token)
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// check checks the part of an answer that has arrived. whole reports whether it is the whole answer. The error says why
// the answer is wrong.
func (t target) check(text []byte) (whole bool, err error) {
	head, body, found := bytes.Cut(text, []byte("\r\n\r\n"))
	if !found {
		if len(text) > 1<<16 {
			return false, fmt.Errorf("an answer whose headers do not end: %.80q", text)
		}
		return false, nil
	}
	status, headers, _ := bytes.Cut(head, []byte("\r\n"))
	length := -1
	for line := range bytes.SplitSeq(headers, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return false, err
			}
		}
	}
	switch {
	case length < 0:
		return false, fmt.Errorf("an answer without a Content-Length: %q", status)
	case len(body) < length:
		return false, nil
	case !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) || string(body) != t.body:
		return false, fmt.Errorf("want 200 with %q, got %q with %q", t.body, status, body)
	}
	return true, nil
}
