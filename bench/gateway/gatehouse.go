package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/example"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/server"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// build builds the commands and synthesizes the example with functions for this machine.
func (b *bench) build(ctx context.Context) error {
	b.binary, b.assembly = filepath.Join(b.dir, "gatehouse"), filepath.Join(b.dir, "cdk.out")
	if err := example.Build(ctx, b.dir, example.Command, "./bench/gateway/bare"); err != nil {
		return err
	}
	return example.Synthesize(ctx, b.assembly)
}

// listener is a gateway that accepts requests.
type listener struct {
	*server.Process
	address string        // host:port
	took    time.Duration // from the start of the process until it listens
}

var listening = regexp.MustCompile(`(?m)^listening on http://(127\.0\.0\.1:\d+)$`)

// dev starts gatehouse dev and waits until it listens.
func (b *bench) dev(ctx context.Context, env []string, args ...string) (*listener, error) {
	return b.listen(ctx, env, b.binary, append([]string{"dev", "--port", "0"}, args...)...)
}

// bare starts command bare with an answer and waits until it listens.
func (b *bench) bare(ctx context.Context, answer string) (*listener, error) {
	return b.listen(ctx, nil, filepath.Join(b.dir, "bare"), answer)
}

// launch starts a server, waits until its log has a text, and returns the groups of the text.
func (b *bench) launch(ctx context.Context, p server.Program, text *regexp.Regexp) (*server.Process, []string, error) {
	p.Logs = b.dir
	s, err := p.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.Await(server.Await{Text: text, Times: 1, Every: 2 * time.Millisecond, Within: time.Minute})
	if err != nil {
		return nil, nil, errors.Join(err, s.Stop())
	}
	return s, found, nil
}

func (b *bench) listen(ctx context.Context, env []string, name string, args ...string) (*listener, error) {
	p, text, err := b.launch(ctx, server.Program{Name: name, Args: args, Env: env}, listening)
	if err != nil {
		return nil, err
	}
	return &listener{p, text[1], time.Since(p.Started)}, nil
}

// start measures the time from the start of the process to the line "listening on". In this time, gatehouse dev runs
// the app and reads the assembly. The app asks the go command whether the functions are up to date, and starts CDK's
// engine in Node.js.
func (b *bench) start(ctx context.Context) error {
	const times, limit = 5, 4.0
	var seconds []float64
	for range times {
		g, err := b.dev(ctx, nil)
		if err != nil {
			return err
		}
		seconds = append(seconds, g.took.Seconds())
		if err := g.Stop(); err != nil {
			return err
		}
	}
	fmt.Printf("\nseconds from the start of gatehouse dev to \"listening on\", with everything built: %.2f\n", seconds)
	within(
		figures.Figure{Subject: "gatehouse dev, start", Name: "the example, everything built", Unit: "s"},
		figures.Median(seconds),
		limit,
	)
	return nil
}

// cache returns the folder of the development issuer's keys.
func (b *bench) cache() string { return filepath.Join(b.dir, "cache") }

// within reports a figure that is compared with a fixed limit.
func within(f figures.Figure, measured, limit float64) {
	f.Peer, f.Measured, f.Against, f.Ratio, f.AtMost = "the limit", measured, limit, measured/limit, 1
	figures.Report(f)
}

// token returns a token of the development issuer that permits to read orders, and the issuer's keys as a JWKS.
func (b *bench) token() (token string, jwks []byte, err error) {
	a, err := cloudassembly.Read(b.assembly)
	if err != nil {
		return "", nil, err
	}
	issuers, err := devissuer.FromModel(apimodel.Read(a, cloudassembly.Options{}))
	if err != nil {
		return "", nil, err
	}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(b.cache())})
	if err != nil {
		return "", nil, err
	}
	const base = "http://127.0.0.1"
	provider, err := devissuer.New(keys, issuers, devissuer.Options{BaseURL: base})
	if err != nil {
		return "", nil, err
	}
	if token, err = provider.Mint(devissuer.TokenRequest{Scopes: []string{"orders/read"}}); err != nil {
		return "", nil, err
	}
	answer := httptest.NewRecorder()
	provider.ServeHTTP(answer, httptest.NewRequest("GET", provider.JWKSURL(issuers[0].URL), nil))
	if answer.Code != 200 {
		return "", nil, fmt.Errorf("the issuer's keys: %d %s", answer.Code, answer.Body)
	}
	return token, answer.Body.Bytes(), nil
}
