package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// target is one route of one server, with the only answer to it that is right.
type target struct {
	name    string // the server's
	pid     int
	address string // host:port
	path    string
	token   string // "" for a public route
	body    string
}

// round is what one of them measured.
type round struct {
	rate     float64 // requests per second
	p50, p99 float64 // milliseconds
	cpu      float64 // microseconds of the server's and its functions' processor time for a request
}

// patience is how long one answer may take, also on a machine that is busy with something else.
const patience = 30 * time.Second

// load keeps a number of connections busy for a while, each with one request at a time: the next one is sent when the answer
// has been read. Every answer is checked.
//
// It speaks HTTP itself, as the machine is shared with the servers: what net/http spends on a request would be taken from
// the faster of them.
func (t target) load(connections int, length time.Duration) (round, error) {
	took := make([][]time.Duration, connections)
	errs := make([]error, connections)
	before, start := processorTime(t.pid), time.Now()
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() { took[i], errs[i] = t.repeat(start.Add(length)) })
	}
	wg.Wait()
	passed, used := time.Since(start).Seconds(), processorTime(t.pid)-before
	for _, err := range errs {
		if err != nil {
			return round{}, fmt.Errorf("%s, GET %s: %w", t.name, t.path, err)
		}
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	at := func(share float64) float64 { return all[int(share*float64(len(all)-1))].Seconds() * 1000 }
	return round{float64(len(all)) / passed, at(0.5), at(0.99), used / float64(len(all))}, nil
}

// repeat sends requests on one connection until a time, and tells what each took.
func (t target) repeat(until time.Time) (took []time.Duration, err error) {
	c, err := net.Dial("tcp", t.address)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var request strings.Builder
	fmt.Fprintf(&request, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: benchmark/1\r\nAccept: application/json\r\n", t.path, t.address)
	if t.token != "" {
		fmt.Fprintf(&request, "Authorization: Bearer %s\r\n", t.token)
	}
	request.WriteString("\r\n")
	text := []byte(request.String())
	r := bufio.NewReader(c)
	var renewed time.Time // a deadline for each request would take as long as the rest
	for now := time.Now(); now.Before(until); {
		if now.Sub(renewed) > time.Second {
			if err := c.SetDeadline(now.Add(patience)); err != nil {
				return nil, err
			}
			renewed = now
		}
		if _, err := c.Write(text); err != nil {
			return nil, err
		}
		if err := t.check(r); err != nil {
			return nil, err
		}
		after := time.Now()
		took = append(took, after.Sub(now))
		now = after
	}
	return took, nil
}

// check reads an answer.
func (t target) check(r *bufio.Reader) error {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200 "))
	first := string(status)
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if length < 0 || length > 1<<16 {
		return fmt.Errorf("an answer without a usable Content-Length: %q", first)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	if !ok || string(body) != t.body {
		return fmt.Errorf("want 200 with %q, got %q with %q", t.body, strings.TrimSpace(first), body)
	}
	return nil
}
