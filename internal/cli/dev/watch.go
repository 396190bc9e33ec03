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

// watcher makes the API anew when the sources change, or functions of it alone.
type watcher struct {
	now     func() time.Time
	source  *source
	issuer  *issuersite.Site
	gateway *apigateway.Gateway
	report  reporter
	url     string // of the gateway

	last   *rebuild.Functions      // those that were known last
	hasApp bool                    // what app it is may change while it is read, and this does not
	owed   bool                    // the app has not run since a change of a file of its own
	known  chan *rebuild.Functions // has one element as soon as the files of the functions are known; nil if they are not
}

// What changes while the app runs may be a file that was saved meanwhile, or one that the app itself writes. An app
// that writes its sources would run forever, so it runs to its end once more, and not a third time, and it is stopped
// for a newer change a few times only. A build of functions writes no sources.
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

// wait returns the files that have changed, once one of them has that something reads.
func (w *watcher) wait(ctx context.Context) (changed []string, err error) {
	for {
		changed, err := w.source.files.Wait(ctx)
		if changed = w.read(changed); err != nil || len(changed) > 0 {
			return changed, err
		}
	}
}

// read are those of some changed files that something reads: documentation, as a rule, is for people alone.
func (w *watcher) read(changed []string) []string {
	if !w.hasApp {
		return changed
	}
	select {
	case w.last = <-w.known:
		w.known <- w.last
	default: // it is still asked for, or taken
	}
	return slices.DeleteFunc(changed, func(file string) bool {
		return w.last.Unread(w.source.files.Root(), w.source.assembly, file)
	})
}

// learn asks in the background for the files of the functions: the next change waits for the answer, and no request.
func (w *watcher) learn(ask func() *rebuild.Functions) {
	known := make(chan *rebuild.Functions, 1)
	w.known = known
	go func() { known <- ask() }()
}

// appRun is what came of the app for a change.
type appRun int

const (
	appNotRun appRun = iota
	appEnded
	appStopped // for another change, which is returned
)

// change builds the functions that changed files belong to, and runs the app if it depends on the files as well.
// Functions come first: their new answers are what the user waits for. It returns what has changed meanwhile and was
// looked at already.
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
		w.learn(func() *rebuild.Functions { return known }) // which the old assembly has
		if errors.Is(err, cdkapp.ErrConfig) {
			return appNotRun, more // and so it cannot have written a source that changed meanwhile
		}
	}
	return appEnded, more
}

// run runs the app. If it may be stopped, it is for another change: the user waits for that one.
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
	return changed, stopped && err != nil, err // it may have ended well just before
}

// reload serves what was made, and reports whether it does. Otherwise the old API stays: when making it failed, or
// when it cannot be served.
func (w *watcher) reload(ctx context.Context, began time.Time, functions []string, failed error) bool {
	before, problems := w.served(), w.gateway.Problems()
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
		problems: slices.DeleteFunc(w.gateway.Problems(), func(p string) bool { return slices.Contains(problems, p) }),
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

// served reads the gateway. What cannot be told of its access was said at the start.
func (w *watcher) served() (s served) {
	model := w.gateway.Model()
	s.routes, _ = matrix.Of(model, "")
	s.routes.APIs = slices.DeleteFunc(s.routes.APIs, func(api matrix.API) bool { return !w.source.flags.serves(api) })
	s.stages = stages(w.gateway, model, s.routes, w.url)
	return s
}
