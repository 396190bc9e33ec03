package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

// connection is a connection with a pending request.
type connection struct {
	fd   int
	sent time.Time
	got  []byte // the part of the answer that has arrived
}

// drive sends requests on several connections until a given time, and returns how long each took. One thread waits for
// all connections with epoll. With a goroutine for each connection, waking them would cost as much processor time as a
// server needs for an answer.
func (t target) drive(connections int, until time.Time) (took []time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(poll)
	request := t.request()
	open := map[int32]*connection{}
	defer func() {
		for _, c := range open {
			err = errors.Join(err, syscall.Close(c.fd))
		}
	}()
	for range connections {
		c, err := dial(t.address)
		if err != nil {
			return nil, err
		}
		open[int32(c.fd)] = c
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)}
		if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, c.fd, &event); err != nil {
			return nil, err
		}
		if err := c.send(request); err != nil {
			return nil, err
		}
	}
	events := make([]syscall.EpollEvent, connections)
	for busy := connections; busy > 0; {
		n, err := syscall.EpollWait(poll, events, int(patience.Milliseconds()))
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return nil, err
		case n == 0:
			return nil, fmt.Errorf("no answer in %s", patience)
		}
		for _, event := range events[:n] {
			c := open[event.Fd]
			if err := c.receive(); err != nil {
				return nil, err
			}
			whole, err := t.check(c.got)
			if err != nil {
				return nil, err
			}
			if !whole {
				continue
			}
			now := time.Now()
			took = append(took, now.Sub(c.sent))
			if !now.Before(until) {
				busy--
				continue
			}
			if err := c.send(request); err != nil {
				return nil, err
			}
		}
	}
	return took, nil
}

func dial(address string) (*connection, error) {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()})
	if err == nil {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	if err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	return &connection{fd: fd, got: make([]byte, 0, 4096)}, nil
}

// send sends a request, which fits into the socket's buffer.
func (c *connection) send(request []byte) error {
	c.got, c.sent = c.got[:0], time.Now()
	n, err := syscall.Write(c.fd, request)
	if err == nil && n < len(request) {
		err = io.ErrShortWrite
	}
	return err
}

// receive reads what has arrived. It does not block, because epoll has reported the connection.
func (c *connection) receive() error {
	if len(c.got) == cap(c.got) {
		c.got = append(c.got, 0)[:len(c.got)]
	}
	n, err := syscall.Read(c.fd, c.got[len(c.got):cap(c.got)])
	if err != nil {
		return err
	}
	if n == 0 {
		return io.ErrUnexpectedEOF
	}
	c.got = c.got[:len(c.got)+n]
	return nil
}
