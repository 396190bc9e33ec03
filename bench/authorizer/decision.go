package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// distinct is the number of tokens that take turns as new ones: more than the authorizer remembers.
const distinct = 2500

// decision measures whole decisions, from the bytes of an event to those of the answer, including the log line written
// to a file descriptor. It compares them with verifying the signature of such a token alone, whose input is hashed and
// whose signature is decoded beforehand.
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

// decisionOf measures them for a table, with requests to a path for each token.
func (b *bench) decisionOf(subject string, table []byte, path func(n int) string) error {
	issuer := authztest.NewIssuer("https://issuer.example.com", signingKey())
	texts := tokens(issuer.URL, some, distinct)
	raw, err := rawRS256(texts)
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	env := config(issuer.URL, false)
	a, err := authz.FromLambda(func(name string) string { return env[name] }, authz.Options{
		Transport: issuer, Log: null, Files: fstest.MapFS{"access.json": {Data: table}},
	})
	if err != nil {
		return err
	}
	for _, kind := range []string{"TOKEN", "REQUEST"} {
		events := make([][]byte, len(texts))
		for i, text := range texts {
			if kind == "TOKEN" {
				events[i] = authztest.TokenEvent(authztest.ARN("GET", path(i)), "Bearer "+text)
			} else {
				events[i] = authztest.RequestEvent(
					"GET",
					path(i),
					map[string][]string{"Authorization": {"Bearer " + text}},
					nil,
				)
			}
		}
		if err := b.decide(subject+" on a "+kind+" event", "token", a, events, raw, 1.6, 0.4); err != nil {
			return err
		}
	}
	return nil
}

// decide measures decisions on events that are each new, and on one repeated event, against the signature alone. The
// figures name what is new or repeated: a token or a session.
func (b *bench) decide(
	subject, what string,
	a *authz.Authorizer,
	events [][]byte,
	raw func(i int) error,
	mostNew, mostRepeated float64,
) error {
	ctx := lambdacontext.NewContext(
		context.Background(),
		&lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
	)
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	//lint:ignore SA1029 the runtime's own key
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
	f.Name = "new " + what
	b.reportRounds(f, new, raws, mostNew)
	f.Name = "repeated " + what
	b.reportRounds(f, repeated, raws, mostRepeated)
	return nil
}

// perCall returns the time of one of n calls, in microseconds.
func perCall(n int, call func(i int) error) (float64, error) {
	start := time.Now()
	for i := range n {
		if err := call(i); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Nanoseconds()) / 1000 / float64(n), nil
}

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
