package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// distinct is the number of different tokens. The authorizer remembers fewer, so each token is new when it comes again.
const distinct = 2500

// decision measures decisions, from the bytes of an event to the bytes of the answer. A decision includes writing a log
// line to a file descriptor. The peer hashes the token and verifies its signature, which is decoded beforehand.
func (b *bench) decision() error {
	plain := func(int) string { return "/resource-3/1234" }
	if err := b.decisionOf("decision", accessTable(), plain); err != nil {
		return err
	}
	if err := b.decisionOf("decision with owners", ownersTable(), ownersPath); err != nil {
		return err
	}
	return b.sessionDecision()
}

// decisionOf measures decisions with a table. path returns the path of the request with token n.
func (b *bench) decisionOf(subject string, table []byte, path func(n int) string) error {
	issuer := authztest.NewIssuer("https://issuer.example.com", signingKey())
	a, stop, err := openAuthorizer(config(issuer.URL, false), issuer, table)
	if err != nil {
		return err
	}
	defer stop()
	texts := tokens(issuer.URL, readScopes, distinct)
	for _, kind := range []string{"TOKEN", "REQUEST"} {
		events := make([][]byte, len(texts))
		for i, text := range texts {
			if kind == "TOKEN" {
				events[i] = authztest.TokenEvent(authztest.ARN("GET", path(i)), "Bearer "+text)
			} else {
				headers := map[string][]string{"Authorization": {"Bearer " + text}}
				events[i] = authztest.RequestEvent("GET", path(i), headers, nil)
			}
		}
		if err := b.decide(subject+" on a "+kind+" event", "token", a, events, texts, 1.6, 0.4); err != nil {
			return err
		}
	}
	return nil
}

// openAuthorizer returns an authorizer in this process that writes its log to a file descriptor.
func openAuthorizer(
	env map[string]string, transport http.RoundTripper, table []byte,
) (a *authz.Authorizer, stop func() error, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	a, err = authz.FromLambda(func(name string) string { return env[name] }, authz.Options{
		Transport: transport, Log: null, Files: fstest.MapFS{"access.json": {Data: table}},
	})
	return a, null.Close, err
}

// decide measures decisions on different events and on one repeated event, and compares them with the check of the
// tokens' signatures. credential is "token" or "session".
func (b *bench) decide(
	subject, credential string, a *authz.Authorizer, events [][]byte, texts []string, newAtMost, repeatedAtMost float64,
) error {
	raw, err := rawRS256(texts)
	if err != nil {
		return err
	}
	ctx := lambdacontext.NewContext(
		context.Background(),
		&lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
	)
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	//lint:ignore SA1029 aws-lambda-go uses this key
	ctx = context.WithValue(ctx, "x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793")
	decide := func(event []byte) error {
		answer, err := a.Invoke(ctx, event)
		if err == nil && !strings.Contains(string(answer[:200]), `"Allow"`) {
			err = errors.New("not allowed")
		}
		return err
	}
	var raws, new, repeated []float64
	for range b.rounds {
		for _, side := range []struct {
			times *[]float64
			call  func(i int) error
		}{
			{&raws, raw},
			{&new, func(i int) error { return decide(events[i]) }},
			{&repeated, func(int) error { return decide(events[len(events)-1]) }},
		} {
			t, err := perCall(len(events), side.call)
			if err != nil {
				return err
			}
			*side.times = append(*side.times, t)
		}
	}
	f := figures.Figure{Subject: subject, Peer: "an RS256 signature alone", Unit: "us"}
	f.Name = "new " + credential
	b.reportRounds(f, new, raws, newAtMost)
	f.Name = "repeated " + credential
	b.reportRounds(f, repeated, raws, repeatedAtMost)
	return nil
}

// perCall makes n calls and returns the mean time of a call, in microseconds.
func perCall(n int, call func(i int) error) (float64, error) {
	start := time.Now()
	for i := range n {
		if err := call(i); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Nanoseconds()) / 1000 / float64(n), nil
}

// rawRS256 returns a function that verifies the signature of token i.
func rawRS256(texts []string) (func(i int) error, error) {
	inputs, signatures := make([][]byte, len(texts)), make([][]byte, len(texts))
	for i, text := range texts {
		dot := strings.LastIndexByte(text, '.')
		inputs[i] = []byte(text[:dot])
		var err error
		if signatures[i], err = base64.RawURLEncoding.DecodeString(text[dot+1:]); err != nil {
			return nil, err
		}
	}
	public := signingKey().Signer.Public().(*rsa.PublicKey)
	return func(i int) error {
		sum := sha256.Sum256(inputs[i])
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signatures[i])
	}, nil
}
