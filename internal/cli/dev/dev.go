// Package dev is the command "gatehouse dev": it serves the REST APIs of a CDK app on this machine and reports what
// happens.
//
// It does not know how API Gateway works; package apigateway does.
package dev

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os/signal"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/issuersite"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// Command is "gatehouse dev".
var Command = command.Command{
	Name:    "dev",
	Summary: "run the app's REST APIs on this machine, as API Gateway would",
	Usage: `usage: gatehouse dev [flags]

Runs the CDK app of cdk.json with functions built for this machine, and serves what it synthesizes on 127.0.0.1: with
the routing, the authorizers and their cache, the order of checks and the error messages of API Gateway, and with the
functions themselves. It prints who may call which route, lines to try it with and, when it is ready, where it
listens. Then it prints a line for each request, with the reason for a 401, 403 or 5xx, whether a page of another
origin may read the answer, and the output of the functions, indented; CloudWatch metrics and the frames of libraries
are left out, except with --json. Colours are for terminals without NO_COLOR. The page at "/" shows the routes, the last
requests with the decision on each, and a form that makes a token and calls a route with it.

  --port N                  the port on 127.0.0.1; 0 for any free one (default 3000)
  --app CMD                 the app's command, or the folder of its assembly (default "app" of cdk.json)
  -c, --context K=V         a context value of the app; repeatable
  --assembly DIR            serve this cloud assembly and run no app. Its functions must have been built for this
                            machine: GATEHOUSE_HOST_BUILD=1 cdk synth
  --api NAME                serve one of several APIs, by name or by ID, such as Shop/Api (default all)
  --issuer URL              the issuer of the tokens in the printed lines, if there are several (default the first one)
  --audience A              the API or client of those tokens (default the issuer's first one)
  --env N=V                 a variable for the functions: one that their own settings lack, or whose value only a
                            deployment knows; repeatable. AWS_ENDPOINT_URL_SQS=URL and the like also answer integrations
                            with AWS services
  --allow-network           let HTTP integrations call other machines (default: this one only, others answer 501)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable
  --source-ip ADDR          the source address of requests, for resource policies (default their own, 127.0.0.1)
  --source-vpce ID          the VPC endpoint that requests to private APIs come through, for resource policies, such as
                            vpce-0a1b2c3d4e5f60718 (default none)
  --source-vpc ID           the VPC that they come through, such as vpc-0a1b2c3d4e5f60718 (default none)
  --cors-origin ORIGIN      let the pages of a dev server, such as http://localhost:5173, call the APIs with cookies,
                            whatever the template says of CORS; repeatable
  --app-origin ORIGIN       the origin of an app with a login, if a dev server's proxy is in front of it, such as
                            http://localhost:5173 (default http://localhost:PORT)
  --token-life D            how long the tokens of users who log in are valid, to see a session be refreshed: 20s
                            (default what the app client of a user pool says, else 1h)
  --watch                   when a file below this folder changes, build the functions that it belongs to, or run the
                            app if it belongs to no function or to the app as well, and serve what is new without losing
                            a request. Hidden files, tests (*_test.go), backups (*~), logs (*.log and where the output
                            goes), node_modules, __pycache__ and cdk.out do not count. If the build or the app fails,
                            the old API stays.
  --watch-folder FOLDER     watch the files below this folder, which has the app's in it, such as .. where the functions
                            are in modules beside the app's (default this folder)
  --debug                   build Go functions for a debugger, run one process of each function without time-outs, and
                            print its process id when it starts, for "dlv attach"
  --json                    print all lines as JSON objects, each with an "event"

The app gets the environment that the CDK CLI gives it, without CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION, and with
CDK_VALIDATION=false, which saves seconds. AWS is never called: values that have to be looked up there must be in
cdk.context.json already. Functions get credentials that no AWS service accepts.

The tokens come from the development issuer, which keeps its keys in your cache folder; see "gatehouse help token".

It stops on Ctrl-C or SIGTERM, or when its terminal or the reader of its output closes. Open requests then have 5
seconds, or until the next Ctrl-C; functions are stopped, and the folder of the assembly is removed. The last line
says what was waited for. The exit status is 0, or 1 if it was stopped before it listened.

  gatehouse dev --watch -c authorizer=cognito
  gatehouse dev --assembly cdk.out --port 0 --json
`,
	Flags: func() *flag.FlagSet { return new(flags).set() },
	Run:   run,
}

// run reads the flags, and serves until a signal, or the end of its output's reader, stops it.
func run(ctx context.Context, p *command.Process, args []string) error {
	var f flags
	if err := f.parse(args); err != nil {
		return err
	}
	parent := ctx
	ctx, stop := signal.NotifyContext(parent, command.Endings()...)
	defer func() {
		// After a signal the process is about to end. One more Ctrl-C would end it with another status.
		if ctx.Err() == nil || parent.Err() != nil {
			stop()
		}
	}()
	p = untilUnread(p, stop)
	report := newReporter(p, f.json)
	defer report.unannounced()
	err := serve(ctx, p, f, report)
	if err != nil && ctx.Err() != nil {
		return errors.New("it was stopped before it listened")
	}
	return err
}

func functionOptions(p *command.Process, f flags, report reporter) lambdaruntime.Options {
	o := lambdaruntime.Options{Log: report.logged, Env: f.env, Now: p.Now}
	if f.debug {
		o.Started = report.started
	}
	return o
}

// serve synthesizes the app, serves it until ctx ends, and cleans up.
func serve(ctx context.Context, p *command.Process, f flags, report reporter) error {
	var stopped *waits // what it waited for, once it has listened
	defer func() {
		if stopped != nil {
			report.stopped(*stopped)
		}
	}()
	// The port comes first: if it is in use, the user learns it before the app runs.
	listener, err := listen(f.port)
	if err != nil {
		return err
	}
	defer listener.Close()
	url := "http://" + listener.Addr().String()

	src, err := openSource(ctx, p, f)
	if err != nil {
		return err
	}
	defer src.close()
	if f.watch {
		src.files.Look() // what changes from now on counts
	}
	if err := src.synthesize(ctx); err != nil {
		return err
	}

	site := &site{report: report}
	site.issuer = issuersite.New(issuersite.Options{
		URL:  url,
		Keys: func() (*devissuer.KeyStore, error) { return command.OpenKeys(p) },
		Now:  p.Now,

		AppOrigin: f.origin(url),
		TokenLife: f.tokenLife,
		Personas:  func(of string) []devissuer.Persona { return site.gateway.Personas(of) },
	})
	site.gateway, err = apigateway.New(apigateway.Options{
		Assembly:  src.assembly,
		API:       f.api,
		Model:     f.model(),
		Issuer:    site.issuer.Provider,
		Functions: functionOptions(p, f, report),
		Source:    src.originals(),
		Record:    site.record,
		Slow:      report.slow,
		SourceIP:  f.sourceIP,
		SourceVPC: f.sourceVPC,
		Now:       p.Now,
		TempDir:   p.TempDir,

		SourceVPCEndpoint: f.sourceVPCE,

		PageOrigins:  f.corsOrigins,
		AllowNetwork: f.allowNetwork,
		Limits:       true,
		Caches:       true,
		Debug:        f.debug,
	})
	if err != nil {
		return src.explain(err)
	}
	defer site.gateway.Close()
	if err := has(site.issuer.Current(), f.issuer, f.audience, src.folder()); err != nil {
		return err
	}
	src.forget()
	report.knows(site.gateway)

	site.console = console.New(console.Options{
		URL: url, Gateway: site.gateway, Now: p.Now, AppOrigin: f.origin(url),
	})
	server, failed := site.listenAndServe(listener, p.Now)
	announced := false
	defer func() {
		if w := site.shutdown(server, p.Now); announced {
			stopped = &w
		}
	}()
	defer publish(p, url, site.console.Run())()

	a, err := announce(ctx, p, f, src, site.gateway, url)
	if err != nil {
		return err
	}
	report.announced(a)
	announced = true

	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait() // nothing is loaded while all is closed
	defer cancel()
	if f.watch {
		w := watcher{now: p.Now, source: src, issuer: site.issuer, gateway: site.gateway, report: report, url: url}
		watching.Go(func() { w.watch(ctx) })
	}
	select {
	case err := <-failed:
		return fmt.Errorf("it stopped listening: %w", err)
	case <-ctx.Done():
		return nil
	}
}
