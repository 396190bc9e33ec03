package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// The packages to build.
const (
	authorizerPackage = "github.com/gatehouse-cdk/gatehouse/authorizer-fn"
	pretokenPackage   = "github.com/gatehouse-cdk/gatehouse/pretoken-fn"
	loginPackage      = "github.com/gatehouse-cdk/gatehouse/login-fn"
	barePackage       = "github.com/gatehouse-cdk/gatehouse/bench/authorizer/bare"
)

// The build tags. Sizes are measured of deployed functions. Functions that run here are built for the local gateway,
// because a deployed function does not accept keys over http.
const (
	deployed = "lambda.norpc"
	local    = "lambda.norpc,gatehouse_host"
)

// build builds a function for an architecture, with the flags that the constructs use.
func (b *bench) build(pkg, arch, tags string) (string, error) {
	out := filepath.Join(b.dir, filepath.Base(pkg)+"-"+arch+"-"+tags, "bootstrap")
	if _, err := os.Stat(out); err == nil {
		return out, nil
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", tags, "-ldflags=-s -w -buildid=", "-o",
		out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
	}
	return out, nil
}

// size compares the arm64 binaries, plain and zipped: the authorizer without sessions, with sessions and with sessions
// in a table, the user pool's trigger, and the login function. The client of DynamoDB is most of what a table adds.
func (b *bench) size() error {
	for _, c := range []struct {
		subject, pkg, tags string
		atMost             float64
	}{
		{"arm64 binary", authorizerPackage, deployed, 1.10},
		{"arm64 binary with sessions", authorizerPackage, deployed + "," + authz.SessionTag, 1.15},
		{
			"arm64 binary with a table", authorizerPackage + "/table",
			deployed + "," + authz.SessionTag + "," + authz.TableTag, 1.60,
		},
		{"the trigger's arm64 binary", pretokenPackage, deployed, 1.05},
		{"the login function's arm64 binary", loginPackage, deployed, 1.35},
	} {
		ours, ourZip, err := b.sizes(c.pkg, c.tags)
		if err != nil {
			return err
		}
		bare, bareZip, err := b.sizes(barePackage, deployed)
		if err != nil {
			return err
		}
		f := figures.Figure{Subject: c.subject, Name: "not zipped", Peer: "a bare aws-lambda-go function", Unit: "KB"}
		b.report(f, ours, bare, ours/bare, c.atMost)
		f.Name = "zipped"
		b.report(f, ourZip, bareZip, ourZip/bareZip, c.atMost)
	}
	return nil
}

// sizes returns the size of a function's arm64 binary in kilobytes, plain and zipped.
func (b *bench) sizes(pkg, tags string) (plain, zipped float64, err error) {
	path, err := b.build(pkg, "arm64", tags)
	if err != nil {
		return 0, 0, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	n, err := zippedSize(content)
	return float64(len(content)) / 1000, float64(n) / 1000, err
}

func zippedSize(content []byte) (int, error) {
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	w.RegisterCompressor(
		zip.Deflate,
		func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) },
	)
	f, err := w.Create("bootstrap")
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	return buffer.Len(), err
}
