package dev

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// jsonReporter writes a JSON object for each event, on a line.
type jsonReporter struct {
	out *lines
	now func() time.Time
}

func (j *jsonReporter) announced(a announcement) {
	var routes any
	if err := json.Unmarshal(a.routes.JSON(), &routes); err == nil {
		j.write(map[string]any{"event": "routes", "matrix": routes})
	}
	for _, s := range a.stages {
		j.write(map[string]string{"event": "stage", "api": s.api, "url": s.url})
	}
	j.problems(a.problems)
	for _, e := range a.examples {
		j.write(map[string]any{"event": "example", "status": e.Status, "text": e.Why, "curl": e.Curl()})
	}
	for _, k := range a.keys {
		key := map[string]string{"event": "key", "id": k.ID, "secret": k.Secret, "text": tryout.Owner(k)}
		if k.SessionToken != "" {
			key["token"] = k.SessionToken
		}
		j.write(key)
	}
	j.write(map[string]string{"event": "console", "url": a.console})
	if a.watched != "" {
		j.write(map[string]string{"event": "watch", "folder": a.watched})
	}
	j.write(map[string]string{"event": "listening", "url": a.url})
}

func (j *jsonReporter) problems(problems []string) {
	for _, p := range problems {
		j.write(map[string]string{"event": "problem", "text": p})
	}
}

func (j *jsonReporter) answered(r *apigateway.Record) { j.write(requestOf(r)) }

func (j *jsonReporter) logged(line lambdaruntime.LogLine) {
	j.write(struct {
		Event     string               `json:"event"`
		Time      time.Time            `json:"time"`
		Function  string               `json:"function"`
		RequestID string               `json:"requestId,omitempty"`
		Stream    lambdaruntime.Stream `json:"stream"`
		Text      string               `json:"text"`
		Cut       bool                 `json:"cut,omitempty"`
	}{"log", j.now().UTC(), line.Function, line.RequestID, line.Stream, credentials.MaskTokens(line.Text), line.Cut})
}

func (j *jsonReporter) refused(r front.Refusal) {
	j.write(struct {
		Event  string    `json:"event"`
		Time   time.Time `json:"time"`
		Status int       `json:"status"`
		Reason string    `json:"reason"`
	}{"refused", j.now().UTC(), r.Status, credentials.MaskTokens(r.Reason)})
}

func (j *jsonReporter) panicked(value any, stack []byte) { j.say("panic", panickedText(value, stack)) }

func (j *jsonReporter) changed() { j.say("changed", sourcesChanged) }

func (j *jsonReporter) reloaded(took time.Duration, problems []string) {
	j.say("reloaded", reloadedText(took))
	j.problems(problems)
}

func (j *jsonReporter) reloadFailed(err error) { j.say("reload failed", reloadFailedText(err)) }

func (j *jsonReporter) say(event, text string) {
	j.write(struct {
		Event string    `json:"event"`
		Time  time.Time `json:"time"`
		Text  string    `json:"text"`
	}{event, j.now().UTC(), text})
}

func (j *jsonReporter) write(object any) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(object); err != nil {
		panic("dev: " + err.Error()) // its members are texts and numbers
	}
	j.out.write(strings.TrimSuffix(b.String(), "\n"))
}
