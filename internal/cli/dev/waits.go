package dev

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
)

// waits describes what the command waits for when it stops.
type waits struct {
	at     time.Time // when the command began to stop
	open   []pending // the requests that were open at that time
	left   []pending // the open requests that got no answer
	took   time.Duration
	within time.Duration // how long they may take
}

// slowText says that a request is slow, and what it waits for.
func slowText(p pending, now time.Time) string {
	text := fmt.Sprintf("%s  no answer after %s", lineOf(p), seconds(now.Sub(p.Time)))
	if p.function != "" {
		text += ": it waits for the function " + p.function
	}
	return text
}

// stoppingText says what the command waits for.
func stoppingText(w waits) string {
	open := pendingText(w.open, w.at)
	return fmt.Sprintf("stopping: it waits for %s, at most %s or until the next Ctrl-C", open, seconds(w.within))
}

// stoppedText says what the command has waited for.
func stoppedText(w waits) string {
	switch {
	case len(w.open) == 0:
		return "stopped: no request was open"
	case len(w.left) > 0:
		return fmt.Sprintf("stopped: after %s without an answer to %s", seconds(w.took), pendingText(w.left, w.at))
	}
	return fmt.Sprintf("stopped: after %s, with an answer to %s", seconds(w.took), pendingText(w.open, w.at))
}

// mostPending is how many requests a text names.
const mostPending = 3

// pendingText lists requests, each with the function that it waits for and its age at a time.
func pendingText(list []pending, at time.Time) string {
	var out []string
	for _, p := range list[:min(len(list), mostPending)] {
		age := seconds(at.Sub(p.Time)) + " old"
		if p.function != "" {
			age = "in " + p.function + ", " + age
		}
		out = append(out, lineOf(p)+" ("+age+")")
	}
	text := strings.Join(out, ", ")
	if more := len(list) - mostPending; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// lineOf returns the verb and the path of a request, without its credentials.
func lineOf(p pending) string {
	return p.Request.Verb + " " + credentials.Mask(p.Request, p.Identity...)(p.Request.RawPath)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
