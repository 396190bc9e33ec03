package program

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// indexing is how long jsii may take for its index.
const indexing = 2 * time.Minute

// Index loads CDK and, where wait is set, waits until jsii has its index of CDK's types. It makes one in a thread that
// ends with the app, so an app that is done in a few seconds makes none. Until there is one, each app reads the types
// of all of CDK instead: 100 routes took 4.0 s and 603 MB then, and 1.4 s and 208 MB with one. jsii makes an index of
// what is unpacked already, so that a first process only unpacks.
// Source: @jsii/kernel 1.139.0, lib/program.js, buildIndexInWorker
func Index(wait bool) error {
	folder := jsiienv.CacheFolder(os.Getenv, runtime.GOOS)
	if folder == "" {
		return nil
	}
	made := filepath.Join(folder, "aws-cdk-lib", cdkVersion(), "*", ".jsii.runtime.v*.json")
	if names, err := filepath.Glob(made); err != nil || len(names) > 0 {
		return err
	}
	if wait {
		fmt.Fprintln(os.Stderr, "waiting for jsii's index of CDK's types, which is made once")
	}
	awscdk.NewApp(nil)
	for start := time.Now(); wait; time.Sleep(50 * time.Millisecond) {
		if names, err := filepath.Glob(made); err != nil || len(names) > 0 {
			return err
		}
		if time.Since(start) > indexing {
			return fmt.Errorf("jsii has made no %s within %s", made, indexing)
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
