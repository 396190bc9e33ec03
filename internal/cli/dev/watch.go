package dev

import (
	"context"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/issuersite"
)

// watch makes the API anew whenever the sources change. It returns when ctx ends.
func watch(
	ctx context.Context, now func() time.Time, src *source, issuer *issuersite.Site, g *apigateway.Gateway,
	report reporter,
) {
	for src.files.Wait(ctx) == nil {
		// What changes while the app runs may be a file that was saved meanwhile, or one that the app itself writes. So
		// the app runs once more, and not a third time: an app that writes its sources would run forever.
		for range 2 {
			began := now()
			report.changed()
			err := reload(ctx, src, issuer, g)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				report.reloadFailed(err)
			default:
				report.reloaded(now().Sub(began), g.Problems())
			}
			if !src.files.Look() {
				break
			}
		}
	}
}

// reload makes the API anew. If that fails, the old one stays.
func reload(ctx context.Context, src *source, issuer *issuersite.Site, g *apigateway.Gateway) error {
	if err := src.synthesize(ctx); err != nil {
		return err
	}
	restore := issuer.Remember()
	if err := g.Reload(); err != nil {
		restore()
		return src.explain(err)
	}
	src.forget()
	return nil
}
