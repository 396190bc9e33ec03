package cli

import (
	"context"
	"fmt"
)

// watch runs the app again whenever its sources change. It returns when ctx ends.
func (d *dev) watch(ctx context.Context) {
	for d.sources.Wait(ctx) == nil {
		// What changes while the app runs may be a file that was saved meanwhile, or one that the app itself writes. So
		// the app is run once more, and not a third time, which would go on forever with an app that writes its sources.
		for range 2 {
			d.again(ctx)
			if ctx.Err() != nil || !d.sources.Look() {
				break
			}
		}
	}
}

// again makes the API anew. If that fails, the old one goes on.
func (d *dev) again(ctx context.Context) {
	began := d.now()
	d.log.Say("changed", "the sources have changed")
	err := d.synthesize(ctx)
	if err == nil {
		restore := d.issuer.remember()
		if err = d.gateway.Reload(); err != nil {
			restore()
			err = d.explain(err)
		}
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		d.log.Say("reload failed", fmt.Sprintf("what was served before is still served: %v", err))
	default:
		d.forget()
		d.log.Say("reloaded", fmt.Sprintf("the new API is served, after %.1f s", d.now().Sub(began).Seconds()))
		d.announceProblems()
	}
}
