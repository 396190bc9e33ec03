package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// start measures the time from the start of a process until it asks for the first event: the authorizer without and
// with sessions, and the login function. The issuer and AWS Secrets Manager answer after 20 ms.
func (b *bench) start() error {
	barePath, err := b.build(barePackage, runtime.GOARCH, local)
	if err != nil {
		return err
	}
	issuer, stop := startIssuer(20 * time.Millisecond)
	defer stop()
	for _, c := range []struct {
		subject, pkg, tags string
		env                map[string]string
		atMost             float64
	}{
		{"process start", authorizerPackage, local, config(issuer.URL, false), 1.25},
		{"process start with sessions", authorizerPackage, local + "," + authz.SessionTag, sessionConfig(issuer.URL), 1.35},
		{"the login function's start", loginPackage, local, loginConfig(issuer.URL), 1.30},
	} {
		path, err := b.build(c.pkg, runtime.GOARCH, c.tags)
		if err != nil {
			return err
		}
		ours, bare, err := b.starts(c.env, path, barePath)
		if err != nil {
			return err
		}
		b.reportRounds(figures.Figure{
			Subject: c.subject,
			Name:    "until it asks for an event",
			Peer:    "a bare aws-lambda-go function",
			Unit:    "ms",
		}, ours, bare, c.atMost)
	}
	return nil
}

// loginConfig returns the environment of a login function. The issuer's address also serves as the address of AWS
// Secrets Manager.
func loginConfig(issuer string) map[string]string {
	env := login.Config{
		Issuer:    authz.Issuer{URL: issuer, Audiences: []string{audience}},
		ClientID:  "shop",
		SecretARN: keysARN,
		KeysARN:   keysARN,
		Scopes:    []string{"openid"},
		Origin:    "http://localhost:3000",
	}.Environment()
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = issuer
	return env
}

// starts measures how long two binaries take to start, in milliseconds. Their starts are interleaved. A round is the
// median of several starts.
func (b *bench) starts(env map[string]string, ours, bare string) (oursMS, bareMS []float64, err error) {
	const starts = 10
	var medians [2][]float64
	for range b.rounds {
		var times [2][]float64
		for range starts {
			for side, path := range []string{ours, bare} {
				time.Sleep(5 * time.Millisecond) // let the system clean up after the previous process
				p, err := b.launch(env, path)
				if err != nil {
					return nil, nil, err
				}
				times[side] = append(times[side], p.ready.Sub(p.started).Seconds()*1000)
				p.stop()
			}
		}
		for side := range medians {
			medians[side] = append(medians[side], figures.Median(times[side]))
		}
	}
	return medians[0], medians[1], nil
}

// first measures the first decision of a process, less one round trip to the issuer, or two with discovery. The event
// is ready when the function asks for it.
func (b *bench) first() error {
	path, err := b.build(authorizerPackage, runtime.GOARCH, local)
	if err != nil {
		return err
	}
	issuer, stop := startIssuer(50 * time.Millisecond)
	defer stop()
	trip, err := roundTrip(issuer)
	if err != nil {
		return err
	}
	event := authztest.TokenEvent(methodARN, "Bearer "+newToken(issuer.URL, readScopes, 1))
	for _, discovery := range []bool{false, true} {
		name, trips, unit := "keys", 1, "round trip"
		if discovery {
			name, trips, unit = "discovery and keys", 2, "round trips"
		}
		var beyond []float64
		for range b.rounds {
			p, err := b.launch(config(issuer.URL, discovery), path)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			result, err := p.Invoke(ctx, event)
			cancel()
			if err != nil || result.Error != nil {
				defer p.stop()
				return fmt.Errorf("%w %v\n%s", err, result.Error, p.logged())
			}
			p.stop()
			beyond = append(beyond, result.Took.Seconds()*1000-float64(trips)*trip)
		}
		b.report(figures.Figure{
			Subject: "first decision, with " + name,
			Name:    fmt.Sprintf("beyond %d %s of %.1f ms", trips, unit, trip),
			Peer:    "2 ms",
			Unit:    "ms",
		}, figures.Median(beyond), 2, figures.Median(beyond)/2, 1)
	}
	return nil
}
