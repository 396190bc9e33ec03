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

// indexing is how long jsii may take to make its index.
const indexing = 2 * time.Minute

// Index loads CDK. If wait is true, it also waits until jsii has its index of CDK's types.
//
// Without the index, each app reads the types of all of CDK: 100 routes took 4.0 s and 603 MB without it, and 1.4 s and
// 208 MB with it. jsii makes the index in a thread that ends with the app, so an app of a few seconds never gets one.
// It makes the index from unpacked packages, so the first process has to unpack them.
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
		fmt.Fprintln(os.Stderr, "waiting until jsii has made its index of CDK's types (once)")
	}
	awscdk.NewApp(nil)
	for start := time.Now(); wait; time.Sleep(50 * time.Millisecond) {
		if names, err := filepath.Glob(made); err != nil || len(names) > 0 {
			return err
		}
		if time.Since(start) > indexing {
			return fmt.Errorf("jsii has not made %s within %s", made, indexing)
		}
	}
	return nil
}

// cdkVersion returns the release of CDK that this program links.
func cdkVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "github.com/aws/aws-cdk-go/awscdk/v2" {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	panic("this program does not link CDK")
}
