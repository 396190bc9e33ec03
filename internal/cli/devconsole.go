package cli

import (
	"context"
	"path/filepath"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
)

// answer gives the console its own requests, which are no line of the log, and the gateway all others.
func (d *dev) answer(ctx context.Context, r *exchange.Request) exchange.Answer {
	if console.Mine(r) {
		return d.console.Serve(r)
	}
	return d.gateway.Serve(ctx, r)
}

// record passes on what became of a request.
func (d *dev) record(r *apigateway.Record) {
	d.log.Request(r)
	d.console.Record(r)
}

func (d *dev) announceConsole() {
	if d.log.JSON() {
		d.log.Object(map[string]string{"event": "console", "url": d.url + "/"})
		return
	}
	d.log.Text("the console is at " + d.url + "/")
}

// announceWatch says whose changes count: what the app uses may be in a folder beside it, too.
func (d *dev) announceWatch() {
	folder, err := filepath.Abs(d.sources.Dir)
	if err != nil {
		folder = d.sources.Dir
	}
	switch {
	case !d.flags.watch:
	case d.log.JSON():
		d.log.Object(map[string]string{"event": "watch", "folder": folder})
	default:
		d.log.Text("a change below " + folder + " makes the API anew")
	}
}
