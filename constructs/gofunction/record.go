package gofunction

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// record notes how a function was built to run here, where "gatehouse dev --watch" asks for it. It then builds the
// function by itself when no file of the app has changed.
func record(fn awslambda.Function, target gobuild.Target, fingerprint string) error {
	file := os.Getenv(gobundle.RecordVariable)
	if file == "" {
		return nil
	}
	build, err := builder.Recorded(target)
	if err != nil {
		return err
	}
	r := gobundle.Record{Function: *fn.Node().Path(), Asset: gobundle.AssetHash(fingerprint), Build: build}
	if info, ok := debug.ReadBuildInfo(); ok {
		r.App.Package = info.Path
		for _, setting := range info.Settings {
			if setting.Key == "-tags" {
				r.App.Flags = []string{setting.Key, setting.Value}
			}
		}
	}
	if r.App.Dir, err = os.Getwd(); err == nil {
		err = gobundle.Add(file, r)
	}
	if err != nil {
		return fmt.Errorf("the build cannot be recorded: %w", err)
	}
	return nil
}
