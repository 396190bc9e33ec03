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
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/pages"
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

Runs the CDK app of cdk.json and serves its REST APIs on 127.0.0.1 as API
Gateway does: the same routing, authorizers with their caches, order of checks
and errors. Your real functions run, built for this machine.

At start it prints who may call each route, curl lines to try, and its address.
Then it prints a line for each request, with the reason for a 401, 403 or 5xx,
and the output of the functions, indented. The address in a browser is the
console: it explains the last requests, makes tokens, and calls routes.

  --port N                  the port on 127.0.0.1; 0 for any free port (default
                            3000)
  --watch                   rebuild and reload when a file below this folder
                            changes, without losing a request. A change to a
                            function's source builds that function; any other
                            change runs the app. If the build or the app fails,
                            the old API stays. Hidden files, tests (*_test.go),
                            backups (*~), logs (*.log and the output's own
                            file), node_modules, __pycache__ and cdk.out are
                            ignored
  --watch-folder DIR        watch this folder, which contains the app's, such as
                            .. if functions are in modules beside it
  --debug                   build Go functions for a debugger, run one process
                            of each without timeouts, and print its process ID
                            for "dlv attach"
  --json                    print each line as a JSON object with an "event"; it
                            includes CloudWatch metrics and all stack frames

The app:

  -c, --context K=V         a context value of the app; repeatable
  --app CMD                 the app's command, or the folder of its assembly
                            (default "app" of cdk.json)
  --assembly DIR            serve this cloud assembly and run no app. Its
                            functions must have been built for this machine:
                            GATEHOUSE_HOST_BUILD=1 cdk synth
  --api NAME                serve one of several APIs, by name or by ID, such as
                            Shop/Api (default all)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable

What functions and integrations reach:

  --env N=V                 an environment variable for the functions, unless
                            the template sets a value that is known here;
                            repeatable. AWS_ENDPOINT_URL_SQS=URL and the like
                            are also the addresses for integrations with AWS
                            services
  --allow-network           let HTTP integrations call other machines (default:
                            only this one; others answer 501)

Callers:

  --issuer URL              the issuer of the printed tokens, if there are
                            several (default the first one)
  --audience A              the API or client of those tokens (default the
                            issuer's first one)
  --token-life D            the lifetime of the tokens of users who log in, such
                            as 20s to watch a session refresh (default that of
                            the user pool's app client, else 1h)
  --app-origin ORIGIN       the origin of an app with a login behind a dev
                            server's proxy, such as http://localhost:5173
                            (default http://localhost:PORT)
  --cors-origin ORIGIN      let pages of a dev server, such as
                            http://localhost:5173, call the APIs with cookies,
                            whatever the template's CORS says; repeatable
  --source-ip ADDR          the source address of requests, for resource
                            policies (default their own, 127.0.0.1)
  --source-vpce ID          the VPC endpoint of requests to private APIs, such
                            as vpce-0a1b2c3d4e5f60718 (default none)
  --source-vpc ID           the VPC of those requests, such as
                            vpc-0a1b2c3d4e5f60718 (default none)
  --client-cert FILE        the certificate, in PEM, that clients present by
                            mutual TLS (default none)
  --access-log FILE         append the lines of the stages' access logs to this
                            file, in the format of the template; "-" for
                            standard error

The app runs in the environment that the CDK CLI sets, without
CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION, and with CDK_VALIDATION=false, which
saves seconds. gatehouse never calls AWS: context values that are looked up
there must be in cdk.context.json. Functions get credentials that AWS does not
accept. NO_COLOR=1 turns colours off.

Tokens come from the development issuer, which stores its keys in your cache
folder; see "gatehouse help token".

gatehouse dev stops on Ctrl-C or SIGTERM, or when its terminal or the reader of
its output closes. It waits up to 5 seconds for open requests; Ctrl-C again ends
the wait. The last line says what it waited for. The exit status is 0, or 1 if
it stopped before it was listening.

  gatehouse dev --watch -c authorizer=cognito
  gatehouse dev --assembly cdk.out --port 0 --json
`,
	Flags: func() *flag.FlagSet { return new(flags).set() },
	Run:   run,
}

// run parses the flags, and serves until a signal, or the end of its output's reader, stops it.
func run(ctx context.Context, p *command.Process, args []string) error {
	var f flags
	if err := f.parse(args); err != nil {
		return err
	}
	if err := f.readClientCert(); err != nil {
		return err
	}
	parent := ctx
	ctx, stop := signal.NotifyContext(parent, command.Endings()...)
	defer func() {
		// After a signal the process is about to end, and another Ctrl-C must not change its exit status.
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
	var stopped *waits // set once it has listened
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

	log, err := openAccessLog(p, f.accessLog)
	if err != nil {
		return err
	}
	defer log.close()

	src, err := openSource(ctx, p, f)
	if err != nil {
		return err
	}
	defer src.close()
	src.files.Without = append(src.files.Without, log.files()...)
	if f.watch {
		src.files.Look() // changes count from now on
	}
	if err := src.synthesize(ctx); err != nil {
		return err
	}

	site := &site{report: report, pending: newPendings(report.slow)}
	site.issuer = issuersite.New(issuersite.Options{
		URL:  url,
		Keys: func() (*devissuer.KeyStore, error) { return command.OpenKeys(p) },
		Now:  p.Now,

		AppOrigin:  f.origin(url),
		TokenLife:  f.tokenLife,
		Thumbprint: f.thumbprint(),
		Personas:   func(of string) []devissuer.Persona { return site.gateway.Personas(of) },
	})
	site.gateway, err = apigateway.New(apigateway.Options{
		Assembly:  src.assembly,
		API:       f.api,
		Model:     f.model(),
		Issuer:    site.issuer.Provider,
		Functions: functionOptions(p, f, report),
		Source:    src.originals(),
		Record:    site.record,
		AccessLog: log.writer(),
		Watch:     site.pending,
		SourceIP:  f.sourceIP,
		SourceVPC: f.sourceVPC,
		Now:       p.Now,
		TempDir:   p.TempDir,

		SourceVPCEndpoint: f.sourceVPCE,
		ClientCertificate: f.certificate,

		PageOrigins:  pages.Origins(f.corsOrigins),
		AllowNetwork: f.allowNetwork,
		Limits:       true,
		Caches:       true,
		Debug:        f.debug,
	})
	if err != nil {
		return src.explain(err)
	}
	defer site.gateway.Close()
	if err := checkIssuer(site.issuer.Current(), f.issuer, f.audience, src.folder()); err != nil {
		return err
	}
	src.forget()
	report.knows(site.gateway.FunctionLog())

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
	defer watching.Wait() // nothing may be loaded while everything is closed
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
