package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

//go:embed node/index.mjs
var nodeFunction []byte

// warm compares the answers and the peak memory of a warm process with aws-jwt-verify in Node.js, behind the same
// Runtime API. The tokens permit every route, so both sides answer with the same policy of one statement.
func (b *bench) warm() error {
	path, err := b.build(authorizerPackage, runtime.GOARCH, local)
	if err != nil {
		return err
	}
	issuer, stop := startIssuer(0)
	defer stop()
	ours, err := b.launch(config(issuer.URL, false), path)
	if err != nil {
		return err
	}
	defer ours.stop()
	node, err := b.launchNode(issuer)
	if err != nil {
		return err
	}
	defer node.stop()

	texts := tokens(issuer.URL, allScopes, distinct)
	next := 0
	ask := func(p *process, event []byte) (float64, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		result, err := p.Invoke(ctx, event)
		if err == nil && result.Error != nil {
			err = fmt.Errorf("%v\n%s", result.Error, p.logged())
		}
		return result.Took.Seconds() * 1e6, err
	}
	events := make([][]byte, len(texts))
	for i, text := range texts {
		events[i] = authztest.TokenEvent(methodARN, "Bearer "+text)
		if _, err := ask(node, events[i]); err != nil { // so that Node.js compiles the code
			return fmt.Errorf("node: %w", err)
		}
	}
	for _, kind := range []struct {
		name   string
		repeat bool
		pause  time.Duration
		block  int // the number of events before the other side is measured
	}{
		{"new tokens, back to back", false, 0, 300},
		{"new tokens, every 5 ms", false, 5 * time.Millisecond, 40},
		{"one token, back to back", true, 0, 300},
		{"one token, every 5 ms", true, 5 * time.Millisecond, 40},
	} {
		var medians [2][]float64
		for range b.rounds {
			for side, p := range []*process{ours, node} {
				var times []float64
				for i := range kind.block {
					event := events[0]
					if !kind.repeat {
						event = events[(next+i)%len(events)]
					}
					time.Sleep(kind.pause)
					t, err := ask(p, event)
					if err != nil {
						return err
					}
					times = append(times, t)
				}
				medians[side] = append(medians[side], figures.Median(times))
			}
			next += kind.block
		}
		b.reportRounds(
			figures.Figure{Subject: "warm answer, median", Name: kind.name, Peer: "aws-jwt-verify in Node", Unit: "us"},
			medians[0],
			medians[1],
			0.8,
		)
	}
	oursRSS, err := ours.peakRSS()
	if err != nil {
		return err
	}
	nodeRSS, err := node.peakRSS()
	if err != nil {
		return err
	}
	b.report(
		figures.Figure{Subject: "memory", Name: "peak", Peer: "aws-jwt-verify in Node", Unit: "MB"},
		oursRSS,
		nodeRSS,
		oursRSS/nodeRSS,
		0.2,
	)
	return nil
}

// launchNode starts the function in Node.js. It reads the keys from a file, because aws-jwt-verify fetches keys only
// over TLS.
func (b *bench) launchNode(issuer *authztest.Issuer) (*process, error) {
	modules := b.modules
	if modules == "" {
		modules = filepath.Join(b.dir, "node")
		if err := os.MkdirAll(modules, 0o700); err != nil {
			return nil, err
		}
		npm := exec.Command("npm", "install", "--prefix", modules, "--no-audit", "--no-fund", "aws-jwt-verify@5")
		if text, err := npm.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm install: %w\n%s", err, text)
		}
	}
	function, keys := filepath.Join(b.dir, "index.mjs"), filepath.Join(b.dir, "jwks.json")
	if err := os.WriteFile(function, nodeFunction, 0o600); err != nil {
		return nil, err
	}
	jwk := signingKey().JWK().With(authztest.Object{"alg": "RS256"})
	if err := os.WriteFile(keys, []byte(authztest.Object{"keys": []any{jwk}}.String()), 0o600); err != nil {
		return nil, err
	}
	return b.launch(map[string]string{
		"ISSUER": issuer.URL, "AUDIENCE": audience, "JWKS_FILE": keys, "NODE_MODULES": modules,
	}, "node", function)
}
