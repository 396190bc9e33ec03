package dev

import (
	"encoding/json"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// jsonReporter writes each event as a JSON object on one line.
type jsonReporter struct {
	out *lines
	now func() time.Time
}

func (j *jsonReporter) announced(a announcement) {
	var events []string
	add := func(event any) { events = append(events, jsonLine(event)) }
	var routes any
	if err := json.Unmarshal(a.routes.JSON(), &routes); err == nil {
		add(map[string]any{"event": "routes", "matrix": routes})
	}
	for _, s := range a.stages {
		add(stageEvent(s))
	}
	for _, app := range a.apps {
		add(map[string]string{"event": "app", "api": app.api, "url": app.url, "login": app.login})
	}
	for _, p := range a.problems.all {
		add(problemEvent(p))
	}
	for _, e := range a.examples {
		add(map[string]any{"event": "example", "status": e.Status, "text": e.Why, "curl": e.Curl()})
	}
	for _, k := range a.keys {
		key := map[string]string{"event": "key", "id": k.ID, "secret": k.Secret, "text": tryout.Owner(k)}
		if k.SessionToken != "" {
			key["token"] = k.SessionToken
		}
		add(key)
	}
	add(map[string]string{"event": "console", "url": a.console})
	if a.watched != "" {
		add(map[string]string{"event": "watch", "folder": a.watched})
	}
	add(map[string]string{"event": "listening", "url": a.url})
	j.out.announce(events...)
}

func (j *jsonReporter) unannounced() { j.out.announce() }

func stageEvent(s servedStage) map[string]string {
	return map[string]string{"event": "stage", "api": s.api, "url": s.url}
}

func problemEvent(problem string) map[string]string {
	return map[string]string{"event": "problem", "text": problem}
}

func (j *jsonReporter) answered(r *apigateway.Record) { j.write(requestOf(r)) }

func (j *jsonReporter) noticed(text string) { j.say("notice", text) }

func (j *jsonReporter) knows(names) {} // programs get the full names

func (j *jsonReporter) slow(p pending) {
	j.write(struct {
		Event     string    `json:"event"`
		Time      time.Time `json:"time"`
		RequestID string    `json:"requestId"`
		Function  string    `json:"function,omitempty"` // the function's short name
		Text      string    `json:"text"`
	}{"slow", j.now().UTC(), p.Request.RequestID, p.function, slowText(p, j.now())})
}

func (j *jsonReporter) stopping(w waits) { j.say("stopping", stoppingText(w)) }

func (j *jsonReporter) stopped(w waits) { j.say("stopped", stoppedText(w)) }

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

func (j *jsonReporter) started(function string, pid int) {
	j.write(struct {
		Event    string    `json:"event"`
		Time     time.Time `json:"time"`
		Function string    `json:"function"`
		PID      int       `json:"pid"`
	}{"process", j.now().UTC(), function, pid})
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

func (j *jsonReporter) changed(c change) {
	j.write(struct {
		Event     string    `json:"event"`
		Time      time.Time `json:"time"`
		Text      string    `json:"text"`
		Files     []string  `json:"files"`
		Functions []string  `json:"functions,omitempty"`
	}{"changed", j.now().UTC(), c.String(), c.files, c.functions})
}

func (j *jsonReporter) reloaded(r reloaded) {
	var access []accessdiff.Change
	if r.access != nil {
		access = r.access.Changes
	}
	j.write(struct {
		Event  string              `json:"event"`
		Time   time.Time           `json:"time"`
		Text   string              `json:"text"`
		Access []accessdiff.Change `json:"access,omitempty"`
	}{"reloaded", j.now().UTC(), r.String(), access})
	for _, s := range r.stages {
		j.write(stageEvent(s))
	}
	for _, p := range r.problems.all {
		j.write(problemEvent(p))
	}
}

func (j *jsonReporter) reloadFailed(err error) { j.say("reload failed", reloadFailedText(err)) }

func (j *jsonReporter) unserved(files []string) { j.say("not reloaded", unservedText(files)) }

func (j *jsonReporter) say(event, text string) {
	j.write(struct {
		Event string    `json:"event"`
		Time  time.Time `json:"time"`
		Text  string    `json:"text"`
	}{event, j.now().UTC(), text})
}

func (j *jsonReporter) write(event any) { j.out.write(jsonLine(event)) }

func jsonLine(event any) string { return string(plainjson.Must(event)) }
