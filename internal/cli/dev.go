package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

const defaultPort = 3000

var devCommand = command{
	name:    "dev",
	summary: "run the app's REST APIs on this machine, as API Gateway would",
	usage: `usage: gatehouse dev [flags]

It runs the CDK app of cdk.json with functions built for this machine, and serves what it synthesizes on 127.0.0.1: the
routing, the authorizers and their cache, the order of checks and the words of API Gateway, and the functions themselves.
It prints who may call which route, lines to try it with, and last, when it is ready, where it listens. Then every
request is a line, with the reason for a 401, 403 or 5xx, and so is what the functions write, indented; metrics for
CloudWatch in it are left out, but with --json. The page at "/" shows the routes, the last requests with how each was
decided, and a form that makes a token and calls a route with it.

  --port N         the port on 127.0.0.1; 0 for any that is free (default 3000)
  --app CMD        the app's command, or the folder of its assembly (default "app" of cdk.json)
  -c, --context K=V  a value of the app's context; as often as you like
  --assembly DIR   serve this cloud assembly and run no app. Its functions must have been built for this machine:
                   GATEHOUSE_HOST_BUILD=1 cdk synth
  --api NAME       serve one of several APIs, by its name or its id, such as Shop/Api (default all)
  --issuer URL     whose tokens the printed lines have, where there are several issuers (default the first one)
  --audience A     the API or client that those tokens are for (default the issuer's first one)
  --env N=V        a variable for the functions that their own settings do not have, or whose value only a deployment
                   knows; as often as you like
  --parameters [STACK:]N=V  the value of a template parameter; as often as you like
  --source-ip ADDR  the address that requests seem to come from, for resource policies (default their own, 127.0.0.1)
  --watch          run the app again when a file below this folder changes, and swap the new API in without losing a
                   request. Hidden files, logs (*.log and where its output goes), node_modules and cdk.out do not count. If
                   the app fails, the old one stays.
  --json           all lines as JSON objects, each with an "event"

The app gets the environment that the CDK CLI gives it, but for CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION, which are not
set, and CDK_VALIDATION=false, which saves seconds. AWS is asked nothing: values that have to be looked up there must be
in cdk.context.json already. Functions get credentials that no AWS service accepts.

The tokens are of the development issuer, which has its keys in your cache folder; see "gatehouse help token".

Ctrl-C or SIGTERM ends it, and so does closing its terminal or whatever reads its output: requests under way have 5 seconds,
or until the next Ctrl-C, functions are stopped, and the folder for the assembly is removed. It then exits with 0; with 1 if
it was ended before it listened.

  gatehouse dev --watch -c authorizer=cognito
  gatehouse dev --assembly cdk.out --port 0 --json
`,
	flags: func() *flag.FlagSet { return new(devFlags).set() },
	run:   runDev,
}

type devFlags struct {
	port               int
	app, assembly, api string
	context, env       pairs
	parameters         pairs
	issuer, audience   string
	sourceIP           string
	watch, json        bool
}

func (d *devFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("dev", flag.ContinueOnError)
	f.IntVar(&d.port, "port", defaultPort, "")
	f.StringVar(&d.app, "app", "", "")
	f.StringVar(&d.assembly, "assembly", "", "")
	f.StringVar(&d.api, "api", "", "")
	f.Var(&d.context, "context", "")
	f.Var(&d.context, "c", "")
	f.Var(&d.env, "env", "")
	f.Var(&d.parameters, "parameters", "")
	f.StringVar(&d.issuer, "issuer", "", "")
	f.StringVar(&d.audience, "audience", "", "")
	f.StringVar(&d.sourceIP, "source-ip", "", "")
	f.BoolVar(&d.watch, "watch", false, "")
	f.BoolVar(&d.json, "json", false, "")
	return f
}

func (d *devFlags) parse(args []string) error {
	set := d.set()
	if err := parse(set, args); err != nil {
		return err
	}
	given := map[string]bool{}
	set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"app": d.app, "assembly": d.assembly, "api": d.api, "issuer": d.issuer, "audience": d.audience, "source-ip": d.sourceIP} {
		if given[name] && value == "" {
			return wrongly("--%s is empty: give it a value or leave it out", name)
		}
	}
	if _, err := netip.ParseAddr(d.sourceIP); d.sourceIP != "" && err != nil {
		return wrongly("--source-ip %q: want an address, such as 203.0.113.7", d.sourceIP)
	}
	switch {
	case d.port < 0 || d.port > 65535:
		return wrongly("--port %d: want 1 to 65535, or 0 for any that is free", d.port)
	case d.app != "" && d.assembly != "":
		return wrongly("--app and --assembly: give one of them: the app is run to get an assembly")
	case len(d.context) > 0 && d.assembly != "":
		return wrongly("--context and --assembly: the context is for the app, which is not run")
	case d.audience != "" && d.issuer == "":
		return wrongly("--audience without --issuer: say whose tokens are for it")
	}
	return nil
}

// model are the values that a template leaves to its deployment.
func (d *devFlags) model() cloudassembly.Options {
	return cloudassembly.Options{Parameters: d.parameters, Environment: d.env}
}

func runDev(ctx context.Context, s *surroundings, args []string) error {
	var f devFlags
	if err := f.parse(args); err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(ctx, endings()...)
	defer cancel()
	d := newDev(s.untilUnread(cancel), f)
	defer d.close()
	if err := d.start(ctx); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("it was stopped before it listened")
		}
		return err
	}
	return d.run(ctx)
}

// pairs is a flag of NAME=VALUE, which may be given several times; the last one of a name holds.
type pairs map[string]string

func (p *pairs) String() string { return "" }

func (p *pairs) Set(text string) error {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" {
		return fmt.Errorf("want NAME=VALUE")
	}
	if *p == nil {
		*p = pairs{}
	}
	(*p)[name] = value
	return nil
}

// untilUnread calls gone when nobody reads standard output any more, as in "gatehouse dev | head".
func (s *surroundings) untilUnread(gone func()) *surroundings {
	// Without this, writing to a pipe that nobody reads ends the process at once and leaves its folder behind. The signal
	// is also sent for connections that clients have closed, so it is not looked at.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	out := *s
	out.stdout = &untilUnread{s.stdout, gone}
	return &out
}

type untilUnread struct {
	to   io.Writer
	gone func()
}

func (u *untilUnread) Write(p []byte) (int, error) {
	n, err := u.to.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		u.gone()
	}
	return n, err
}
