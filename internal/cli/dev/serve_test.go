package dev

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
)

// TestNoticesAreWrittenOnce answers requests of two routes. The notice about each is written with its first request.
func TestNoticesAreWrittenOnce(t *testing.T) {
	var out bytes.Buffer
	s := &site{report: reporterTo(&out, false, time.Now), pending: newPendings(nil), console: &console.Console{}}
	for _, notice := range []string{"", "GET /a: base64", "GET /a: base64", "", "GET /b: base64", "GET /a: base64"} {
		s.record(record(func(r *apigateway.Record) { r.Notice = notice }))
	}
	text := out.String()
	for _, notice := range []string{"GET /a: base64", "GET /b: base64"} {
		if n := strings.Count(text, notice); n != 1 {
			t.Errorf("the notice %q is written %d times:\n%s", notice, n, text)
		}
	}
	if lines := strings.Count(text, "\n"); lines != 6+2 {
		t.Errorf("%d lines, want one for each of 6 requests and 2 notices:\n%s", lines, text)
	}
}
