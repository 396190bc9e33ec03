package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/issuersite"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
)

func listen(port int) (net.Listener, error) {
	l, err := front.Listen(fmt.Sprintf("127.0.0.1:%d", port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d is in use: choose another with --port, or --port 0 for any free port", port)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("port %d requires root privileges: choose one above 1023 with --port", port)
	}
	return l, err
}

// site holds the gateway, the development issuer and the console, which share an address.
type site struct {
	gateway *apigateway.Gateway
	issuer  *issuersite.Site
	console *console.Console
	report  reporter
	pending *pendings
	noticed sync.Map // the notices that were written
}

// listenAndServe answers requests until the server is shut down. failed receives the error of a listener that fails
// earlier.
func (s *site) listenAndServe(l net.Listener, now func() time.Time) (server *front.Server, failed <-chan error) {
	server = front.New(front.Options{Func: s.answer, Refused: s.report.refused, Panicked: s.report.panicked, Now: now})
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	return server, ended
}

// answer passes requests on to the gateway. Requests to the development issuer and the console are not logged. These
// two are not available under an app's own host name.
func (s *site) answer(ctx context.Context, r *exchange.Request) exchange.Answer {
	switch {
	case s.gateway.ForApp(r):
	case issuersite.Mine(r):
		return s.issuer.Serve(ctx, r)
	case console.Mine(r):
		return s.console.Serve(ctx, r)
	}
	return s.gateway.Serve(ctx, r)
}

func (s *site) record(r *apigateway.Record) {
	s.pending.ended(r.Request.RequestID)
	s.report.answered(r)
	if _, again := s.noticed.LoadOrStore(r.Notice, true); r.Notice != "" && !again {
		s.report.noticed(r.Notice)
	}
	s.console.Record(r)
}

// endsWithin is how long open requests may take when the command stops.
const endsWithin = 5 * time.Second

// shutdown waits for open requests, and closes those that do not end in time. Another Ctrl-C ends the wait.
func (s *site) shutdown(server *front.Server, now func() time.Time) waits {
	w := waits{at: now(), open: s.pending.list(), within: endsWithin}
	if len(w.open) > 0 {
		s.report.stopping(w)
	}
	ctx, cancel := context.WithTimeout(context.Background(), endsWithin)
	defer cancel()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, command.Endings()...)
	defer signal.Stop(signals)
	go untilAnother(ctx, signals, w.at, now, cancel)
	if server.Drain(ctx) != nil {
		w.left = stillOpen(w.open, s.pending.list()) // before closing ends them without an answer
		server.Close()
		ended, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Drain(ended) // their lines precede the last one
	}
	w.took = now().Sub(w.at)
	return w
}

// stillOpen returns the requests of open that are also in now.
func stillOpen(open, now []pending) (out []pending) {
	for _, p := range open {
		if slices.ContainsFunc(now, func(q pending) bool { return q.Request.RequestID == p.Request.RequestID }) {
			out = append(out, p)
		}
	}
	return out
}

// untilUnread calls gone when standard output no longer has a reader, as in "gatehouse dev | head".
func untilUnread(p *command.Process, gone func()) *command.Process {
	// Otherwise writing to a closed pipe would end the process at once and leave its folder behind. The signal itself is
	// ignored, since it is also sent for connections that clients have closed.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	out := *p
	out.Stdout = &unreadWriter{p.Stdout, gone}
	return &out
}

type unreadWriter struct {
	to   io.Writer
	gone func()
}

func (w *unreadWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		w.gone()
	}
	return n, err
}
