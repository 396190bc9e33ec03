package dev

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/issuersite"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/rebuild"
)

// watcher serves the API anew when the sources change, or only some of its functions.
type watcher struct {
	now     func() time.Time
	source  *source
	issuer  *issuersite.Site
	gateway *apigateway.Gateway
	report  reporter
	url     string // the gateway's URL

	last   *rebuild.Functions      // the functions that were last known
	hasApp bool                    // unlike the app itself, this does not change
	owed   bool                    // the app has not run since one of its own files changed
	known  chan *rebuild.Functions // gets one element when the files of the functions are known; nil if none are
}

// A file that changes while the app runs may have been saved meanwhile, or written by the app itself. An app that
// writes its own sources would run forever, so it runs once more to its end, but not a third time, and it is stopped
// for newer changes only a few times. Building functions writes no sources.
const (
	mostRuns  = 2
	mostStops = 2
)

// watch returns when ctx ends.
func (w *watcher) watch(ctx context.Context) {
	w.hasApp = w.source.app != nil
	w.learn(func() *rebuild.Functions { return w.source.functions(ctx, w.gateway) })
	for {
		changed, err := w.wait(ctx)
		if err != nil {
			return
		}
		for runs, stops := 0, 0; len(changed) > 0 && runs < mostRuns; {
			ended, more := w.change(ctx, changed, stops < mostStops)
			switch {
			case ctx.Err() != nil:
				return
			case ended == appEnded:
				runs++
			case ended == appStopped:
				stops++
			}
			changed = append(more, w.read(w.source.files.Look())...)
			slices.Sort(changed)
			changed = slices.Compact(changed)
		}
		if len(changed) > 0 {
			w.report.unserved(changed)
		}
	}
}

// wait returns the changed files, once a file has changed that something reads.
func (w *watcher) wait(ctx context.Context) (changed []string, err error) {
	for {
		changed, err := w.source.files.Wait(ctx)
		if changed = w.read(changed); err != nil || len(changed) > 0 {
			return changed, err
		}
	}
}

// read returns the changed files that something reads. Documentation is usually only for people.
func (w *watcher) read(changed []string) []string {
	if !w.hasApp {
		return changed
	}
	select {
	case w.last = <-w.known:
		w.known <- w.last
	default: // still pending, or already received
	}
	return slices.DeleteFunc(changed, func(file string) bool {
		return w.last.Unread(w.source.files.Root(), w.source.assembly, file)
	})
}

// learn asks for the files of the functions in the background. The next change waits for the answer, but no request
// does.
func (w *watcher) learn(ask func() *rebuild.Functions) {
	known := make(chan *rebuild.Functions, 1)
	w.known = known
	go func() { known <- ask() }()
}

// appRun is the result of running the app for a change.
type appRun int

const (
	appNotRun appRun = iota
	appEnded
	appStopped // stopped because of another change, which is returned
)

// change builds the functions that changed files belong to, and runs the app if it also depends on the files. Functions
// are built first, since the user waits for their new answers. It returns files that have changed meanwhile and were
// already noticed.
func (w *watcher) change(ctx context.Context, changed []string, mayStop bool) (app appRun, more []string) {
	began, known := w.now(), <-w.known
	w.last = known
	functions, ofApp := known.Of(changed)
	w.owed = w.owed || ofApp
	w.report.changed(change{files: changed, functions: functions, app: w.owed && w.source.app != nil})
	if len(functions) > 0 {
		err := known.Build(ctx, functions)
		if errors.Is(err, rebuild.ErrApp) {
			w.owed = true
		} else if !w.reload(ctx, began, functions, err) || !w.owed {
			w.learn(func() *rebuild.Functions { known.Again(ctx); return known })
			return appNotRun, nil
		}
	}
	more, stopped, err := w.run(ctx, mayStop)
	switch {
	case stopped:
		w.learn(func() *rebuild.Functions { return known })
		return appStopped, more
	case w.reload(ctx, began, nil, err):
		w.owed = false
		w.learn(func() *rebuild.Functions { return w.source.functions(ctx, w.gateway) })
	default:
		w.learn(func() *rebuild.Functions { return known }) // the old assembly has these functions
		if errors.Is(err, cdkapp.ErrConfig) {
			return appNotRun, more // it cannot have written a source that changed meanwhile
		}
	}
	return appEnded, more
}

// run runs the app. If mayStop is set, another change stops it, since the user waits for that one.
func (w *watcher) run(ctx context.Context, mayStop bool) (changed []string, stopped bool, err error) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	waiting, ended := context.WithCancel(ctx)
	defer ended()
	result := make(chan error, 1)
	go func() {
		result <- w.source.synthesize(running)
		ended()
	}()
	if !mayStop {
		return nil, false, <-result
	}
	changed, err = w.wait(waiting)
	if stopped = err == nil; stopped {
		stop()
	}
	err = <-result
	return changed, stopped && err != nil, err // it may have succeeded just before
}

// reload serves the result, and reports whether that succeeded. Otherwise the old API stays: if making the result
// failed, or if it cannot be served.
func (w *watcher) reload(ctx context.Context, began time.Time, functions []string, failed error) bool {
	before, problems := w.served(), differencesOf(w.gateway)
	if failed == nil {
		restore := w.issuer.Remember()
		if failed = w.source.explain(w.gateway.Reload()); failed != nil {
			restore()
			if functions == nil {
				failed = errors.Join(failed, w.source.undo())
			}
		}
	}
	switch {
	case ctx.Err() != nil:
		return false
	case failed != nil:
		w.report.reloadFailed(failed)
		return false
	}
	w.source.forget()
	if functions == nil {
		w.source.noteMessages()
	}
	r := reloaded{
		took: w.now().Sub(began), functions: functions,
		problems: differencesOf(w.gateway).without(problems),
	}
	if functions == nil {
		after := w.served()
		r.access = accessdiff.Compare(before.routes, after.routes)
		r.stages = slices.DeleteFunc(after.stages, func(s servedStage) bool { return slices.Contains(before.stages, s) })
	}
	w.report.reloaded(r)
	return true
}

// served is what a gateway serves: who may call it, and where it is.
type served struct {
	routes matrix.Matrix
	stages []servedStage
}

// served reads what the gateway serves. What is not known about its access was reported at the start.
func (w *watcher) served() (s served) {
	model := w.gateway.Model()
	s.routes, _ = matrix.Of(model, "")
	s.routes.APIs = slices.DeleteFunc(s.routes.APIs, func(api matrix.API) bool { return !w.source.flags.serves(api) })
	s.stages = stages(w.gateway, model, s.routes, w.url)
	return s
}
