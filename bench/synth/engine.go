package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// measured is a process to measure: without CDK's own validation of templates, which takes ten times as long as all the
// rest on both sides, unless the user sets that; and without more certificates for Node.js, which an environment behind
// a proxy has. Each process of Node.js parses them when it starts, and jsii starts two: 76 ms of processor time on both
// sides for what no synthesis here looks at, a tenth of the 0.8 s that 100 routes take.
func measured(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CDK_VALIDATION="+cmp.Or(os.Getenv("CDK_VALIDATION"), "false"),
		jsiienv.SilenceEndOfLife+"="+cmp.Or(os.Getenv(jsiienv.SilenceEndOfLife), "18,20,22,24"),
		"NODE_EXTRA_CA_CERTS=")
	cmd.Stderr = os.Stderr
	return cmd
}

// indexing is how long jsii may take for its index.
const indexing = 2 * time.Minute

// index waits until jsii has its index of CDK's types. It makes one in a thread that ends with the app, so an app that
// is done in a few seconds makes none. Until there is one, each app reads the types of all of CDK instead: 100 routes
// took 4.0 s and 603 MB then, and 1.4 s and 208 MB with one.
// Source: @jsii/kernel 1.139.0, lib/program.js, buildIndexInWorker
func index() error {
	folder := jsiienv.CacheFolder(os.Getenv, runtime.GOOS)
	if folder == "" {
		return nil
	}
	made := filepath.Join(folder, "aws-cdk-lib", cdkVersion(), "*", ".jsii.runtime.v*.json")
	if names, err := filepath.Glob(made); err != nil || len(names) > 0 {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "waiting for jsii's index of CDK's types, which is made once")
	if err := measured(self, "-load").Run(); err != nil { // jsii unpacks CDK, and makes an index of what is unpacked already
		return err
	}
	return measured(self, "-load", "-until", made).Run()
}

// load loads CDK, and waits until a file of a pattern is there, if there is a pattern.
func load(until string) error {
	awscdk.NewApp(nil)
	for start := time.Now(); until != ""; time.Sleep(50 * time.Millisecond) {
		if names, err := filepath.Glob(until); err != nil || len(names) > 0 {
			return err
		}
		if time.Since(start) > indexing {
			return fmt.Errorf("jsii has made no %s within %s", until, indexing)
		}
	}
	return nil
}

// cdkVersion is the release of CDK that this program is linked with.
func cdkVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "github.com/aws/aws-cdk-go/awscdk/v2" {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	panic("this program has no CDK")
}
