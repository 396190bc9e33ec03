package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/requestlog"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// dev is one run of the command.
type dev struct {
	*surroundings
	flags devFlags
	log   *requestlog.Log

	app      *cdkapp.App // nil if an assembly is served as it is
	assembly string      // its folder
	scratch  string      // a folder to remove in the end; "" if there is none
	engine   []string    // variables that CDK's engine gets besides the environment
	sources  *cdkapp.Sources
	assets   map[string]time.Time // of the assemblies that were served: since when no longer; zero of those that are

	listener net.Listener
	url      string // of the listener
	issuer   *issuerSite
	gateway  *apigateway.Gateway
	console  *console.Console
	server   *front.Server
	served   chan error // what the server ended with

	unpublish func() // removes the record of this process; nil if there is not one
}

func newDev(s *surroundings, f devFlags) *dev {
	return &dev{surroundings: s, flags: f, log: requestlog.New(s.stdout, f.json, s.now), served: make(chan error, 1)}
}

// start does all that there is to do until requests are answered, and prints it.
func (d *dev) start(ctx context.Context) error {
	// The port comes first: if it is in use, nobody should have to wait for the app to hear of it.
	if err := d.listen(); err != nil {
		return err
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	if err := d.synthesize(ctx); err != nil {
		return err
	}
	if err := d.serve(); err != nil {
		return err
	}
	return d.announce(ctx)
}

func (d *dev) listen() (err error) {
	d.listener, err = front.Listen(fmt.Sprintf("127.0.0.1:%d", d.flags.port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d is in use: choose another with --port, or --port 0 for any that is free", d.flags.port)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d is not for every user to take: choose one above 1023 with --port", d.flags.port)
	case err != nil:
		return err
	}
	d.url = "http://" + d.listener.Addr().String()
	return nil
}

// prepare finds the app or the assembly.
func (d *dev) prepare(ctx context.Context) error {
	d.assembly = d.flags.assembly
	if d.assembly == "" {
		app, err := cdkapp.Load(d.dir, d.flags.app, d.flags.context)
		if err != nil {
			return err
		}
		if folder, ok := app.Folder(); ok {
			d.assembly = folder
		} else {
			d.app = app
		}
	} else if !filepath.IsAbs(d.assembly) {
		d.assembly = filepath.Join(d.dir, d.assembly)
	}
	d.sources = &cdkapp.Sources{Dir: d.assembly, Without: d.outputs()}
	if d.app == nil {
		return nil
	}
	d.sources.Dir = d.dir
	scratch, err := os.MkdirTemp("", "gatehouse-dev-")
	if err != nil {
		return fmt.Errorf("no folder for the assembly: %w: the folder for temporary files is %s: make room in it and let this "+
			"user write to it, or name another one with TMPDIR (TMP on Windows)", err, os.TempDir())
	}
	d.scratch, d.assembly = scratch, filepath.Join(scratch, "cdk.out")
	d.prepareEngine(ctx)
	return nil
}

// outputs are the files that the log and the errors go to, as in "gatehouse dev --watch > dev.txt".
func (d *dev) outputs() (files []fs.FileInfo) {
	for _, out := range []*os.File{os.Stdout, os.Stderr} {
		if info, err := out.Stat(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	return files
}

// synthesize runs the app. It always writes into the same folder: the files in it have names by their content, so those
// of the API that is being served stay where they are. The manifest of the run before goes, as an app that ends well
// without an assembly would seem to have made the same one again.
func (d *dev) synthesize(ctx context.Context) error {
	d.sources.Look()
	if d.app == nil {
		return nil
	}
	if err := d.configure(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(d.assembly, "manifest.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the assembly of the run before cannot be removed: %w", err)
	}
	slow := time.AfterFunc(patience, func() {
		d.note("dev", "the app still runs: %s: the first time, it may have a minute of compiling to do", d.app.Command)
	})
	defer slow.Stop()
	return d.app.Synthesize(ctx, cdkapp.Run{Outdir: d.assembly, Scratch: d.scratch, Environ: append(d.environ(), d.engine...), Output: d.stderr})
}

// patience is how long an app may run before a word is said about it: nothing else tells it from one that hangs.
const patience = 5 * time.Second

// configure reads the app's configuration, which may have changed since it last ran.
func (d *dev) configure() error {
	app, err := cdkapp.Load(d.dir, d.flags.app, d.flags.context)
	if err != nil {
		return err
	}
	if folder, ok := app.Folder(); ok {
		return fmt.Errorf("the app is the folder %s now, and no command any more: start again to serve the assembly in it", folder)
	}
	d.app = app
	return nil
}

// serve reads the assembly and takes requests.
func (d *dev) serve() error {
	issuer, err := newIssuerSite(d.surroundings)
	if err != nil {
		return err
	}
	d.issuer = issuer
	d.gateway, err = apigateway.New(apigateway.Options{
		Assembly:  d.assembly,
		API:       d.flags.api,
		Model:     d.flags.model(),
		Issuer:    issuer.provider,
		Functions: lambdaruntime.Options{Log: d.log.Function, Env: d.flags.env, Now: d.now},
		Record:    d.record,
		SourceIP:  d.flags.sourceIP,
		Now:       d.now,
	})
	if err != nil {
		return d.explain(err)
	}
	if d.flags.issuer != "" {
		if err := d.checkIssuer(); err != nil {
			return err
		}
	}
	d.forget()
	d.console = console.New(console.Options{URL: d.url, Gateway: d.gateway, Now: d.now})
	d.server = front.New(front.Options{Func: d.answer, Refused: d.log.Refused, Panicked: d.panicked, Now: d.now})
	go func() { d.served <- d.server.Serve(d.listener) }()
	d.publish()
	return nil
}

// explain adds the way out in this command's own words.
func (d *dev) explain(err error) error {
	switch {
	case errors.Is(err, cloudassembly.ErrNotAssembly) && d.app != nil:
		return fmt.Errorf("the app %q ended well and wrote no cloud assembly into the folder that CDK_OUTDIR names: "+
			"its main has to end with app.Synth(nil), and AppProps.Outdir, if it is set, has to be that folder: %w", d.app.Command, err)
	case errors.Is(err, cloudassembly.ErrNotAssembly) && d.flags.assembly != "":
		return fmt.Errorf("%w, or name another folder with --assembly", err)
	}
	return err
}

func (d *dev) checkIssuer() error {
	_, err := d.issuer.now().Choose(devissuer.TokenRequest{Issuer: d.flags.issuer, Audience: d.flags.audience})
	var choice *devissuer.ChoiceError
	if errors.As(err, &choice) && errors.Is(err, devissuer.ErrNoIssuer) {
		return chooseFrom(d.assembly, choice)
	}
	return d.checkAudience()
}

// checkAudience refuses an audience that no issuer of this URL has: the printed lines would be for another one. An issuer
// without audiences takes all.
func (d *dev) checkAudience() error {
	if d.flags.audience == "" {
		return nil
	}
	var known []string
	for _, i := range d.issuer.now().Issuers() {
		if i.URL != d.flags.issuer {
			continue
		}
		if len(i.Audiences) == 0 || slices.Contains(i.Audiences, d.flags.audience) {
			return nil
		}
		known = append(known, i.Audiences...)
	}
	return fmt.Errorf("--audience %s: no authorizer takes it of the issuer %s: want one of %s", d.flags.audience, d.flags.issuer, strings.Join(known, ", "))
}

func (d *dev) panicked(value any, stack []byte) {
	d.log.Say("panic", fmt.Sprintf("gatehouse itself is at fault: %v\n%s", value, stack))
}

// run serves until ctx ends.
func (d *dev) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait() // so that nothing is loaded while all is closed
	defer cancel()
	if d.flags.watch {
		watching.Go(func() { d.watch(ctx) })
	}
	select {
	case err := <-d.served:
		return fmt.Errorf("it cannot go on listening: %w", err)
	case <-ctx.Done():
		return nil
	}
}

// endsWithin is how long requests under way have when it is stopped.
const endsWithin = 5 * time.Second

// close stops all that was started, in the other order, and leaves nothing behind.
func (d *dev) close() {
	if d.unpublish != nil {
		d.unpublish()
	}
	if d.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), endsWithin)
		ctx, stop := signal.NotifyContext(ctx, endings()...) // another Ctrl-C does not wait
		_ = d.server.Shutdown(ctx)                           // it closes what does not end in time
		stop()
		cancel()
	} else if d.listener != nil {
		d.listener.Close()
	}
	if d.gateway != nil {
		d.gateway.Close()
	}
	if d.issuer != nil {
		d.issuer.close()
	}
	if d.scratch != "" {
		if err := os.RemoveAll(d.scratch); err != nil {
			d.note("dev", "the folder %s could not be removed: %v", d.scratch, err)
		}
	}
}
