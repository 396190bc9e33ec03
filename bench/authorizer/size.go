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
	"runtime"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// The packages that are built.
const (
	authorizerPackage = "github.com/gatehouse-cdk/gatehouse/authorizer-fn"
	barePackage       = "github.com/gatehouse-cdk/gatehouse/bench/authorizer/bare"
)

// The build tags: what is measured in size is what is deployed, and what runs is what the local gateway runs, since the
// deployed one takes no keys over http.
const (
	deployed = "lambda.norpc"
	local    = "lambda.norpc,gatehouse_host"
)

// build builds a function as the constructs do, for an architecture.
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

// buildBoth builds both sides for this machine.
func (b *bench) buildBoth() (ours, bare string, err error) {
	if ours, err = b.build(authorizerPackage, runtime.GOARCH, local); err != nil {
		return
	}
	bare, err = b.build(barePackage, runtime.GOARCH, local)
	return
}

// size compares the arm64 binaries, as they are and zipped.
func (b *bench) size() error {
	var plain, zipped [2]float64
	for i, pkg := range []string{authorizerPackage, barePackage} {
		path, err := b.build(pkg, "arm64", deployed)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		plain[i] = float64(len(content)) / 1000
		n, err := zippedSize(content)
		if err != nil {
			return err
		}
		zipped[i] = float64(n) / 1000
	}
	f := figures.Figure{Subject: "arm64 binary", Name: "as it runs", Peer: "a bare aws-lambda-go function", Unit: "KB"}
	b.report(f, plain[0], plain[1], plain[0]/plain[1], 1.10)
	f.Name = "zipped"
	b.report(f, zipped[0], zipped[1], zipped[0]/zipped[1], 1.10)
	return nil
}

func zippedSize(content []byte) (int, error) {
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	w.RegisterCompressor(
		zip.Deflate,
		func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestCompression) },
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
