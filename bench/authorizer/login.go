package main

import (
	"os"
	"runtime"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

const loginPackage = "github.com/gatehouse-cdk/gatehouse/login-fn"

// login compares the login function with a bare function: the arm64 binary, and the time from the start of the process
// until it asks for the first event. The issuer and AWS Secrets Manager answer after 20 ms.
func (b *bench) login() error {
	if err := b.loginSize(); err != nil {
		return err
	}
	ours, err := b.build(loginPackage, runtime.GOARCH, local)
	if err != nil {
		return err
	}
	bare, err := b.build(barePackage, runtime.GOARCH, local)
	if err != nil {
		return err
	}
	issuer, stop := startIssuer(20 * time.Millisecond)
	defer stop()
	const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-a1b2c3"
	env := login.Config{
		Issuer:    authz.Issuer{URL: issuer.URL, Audiences: []string{audience}},
		ClientID:  "shop",
		SecretARN: arn,
		KeysARN:   arn,
		Scopes:    []string{"openid"},
		Origin:    "http://localhost:3000",
	}.Environment()
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = issuer.URL
	oursMS, bareMS, err := b.starts(env, ours, bare)
	if err != nil {
		return err
	}
	b.reportRounds(figures.Figure{
		Subject: "the login function's start",
		Name:    "until it asks for an event",
		Peer:    "a bare aws-lambda-go function",
		Unit:    "ms",
	}, oursMS, bareMS, 1.30)
	return nil
}

func (b *bench) loginSize() error {
	var sizes [2]float64
	for i, pkg := range []string{loginPackage, barePackage} {
		path, err := b.build(pkg, "arm64", deployed)
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		sizes[i] = float64(info.Size()) / 1000
	}
	b.report(figures.Figure{
		Subject: "the login function's arm64 binary",
		Name:    "not zipped",
		Peer:    "a bare aws-lambda-go function",
		Unit:    "KB",
	}, sizes[0], sizes[1], sizes[0]/sizes[1], 1.35)
	return nil
}
