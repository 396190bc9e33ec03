package cdkapp

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Variables with which the CDK CLI and an app's library communicate.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cx-api/lib/cxapi.ts
const (
	outdirVariable   = "CDK_OUTDIR"
	contextVariable  = "CDK_CONTEXT_JSON"
	overflowVariable = "CONTEXT_OVERFLOW_LOCATION_ENV"
	accountVariable  = "CDK_DEFAULT_ACCOUNT"
	regionVariable   = "CDK_DEFAULT_REGION"

	// validationVariable turns off the validation of templates, which takes seconds.
	validationVariable = "CDK_VALIDATION"

	// HostBuildVariable makes package gofunction build functions for this machine. It is defined there too: that package
	// loads CDK's engine, which this command must not.
	HostBuildVariable = "GATEHOUSE_HOST_BUILD"
)

// ownContext is what the CDK CLI adds to the context of every app, as far as it affects the result. The request for a
// report of versions is left out, since nothing is deployed. Source:
// https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/cloud-assembly/environment.ts
var ownContext = map[string]json.RawMessage{
	"aws:cdk:enable-path-metadata":      json.RawMessage("true"),
	"aws:cdk:enable-asset-metadata":     json.RawMessage("true"),
	"aws:cdk:bundling-stacks":           json.RawMessage(`["**"]`),
	"aws:cdk:disable-version-reporting": json.RawMessage("true"),
}

// maxVariable is the length up to which a value is passed in a variable and not in a file: Linux allows 128 KiB for
// each variable (MAX_ARG_STRLEN in execve(2)), Windows 32,767 characters.
const maxVariable = 30_000

// environment returns the app's environment, made from the user's. A value that is too long is written to the file
// overflow.
//
// CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION are left out, so that the assembly does not depend on the credentials at
// hand: stacks that read them become stacks for any account and region.
func (a *App) environment(user []string, outdir, overflow string) ([]string, error) {
	context := maps.Clone(ownContext)
	maps.Copy(context, a.Context)
	text, err := json.Marshal(context)
	if err != nil {
		return nil, fmt.Errorf("%w: context: %w", ErrConfig, err)
	}
	set := map[string]string{outdirVariable: outdir, contextVariable: string(text), HostBuildVariable: "1"}
	if len(text) > maxVariable {
		if err := os.WriteFile(overflow, text, 0o600); err != nil {
			return nil, fmt.Errorf("the context cannot be handed to the app: %w", err)
		}
		set[contextVariable], set[overflowVariable] = "{}", overflow
	}
	var out []string
	validation := "false"
	for _, entry := range user {
		name, value, _ := strings.Cut(entry, "=")
		if isPath(runtime.GOOS, name) {
			out = append(out, name+"="+withPrograms(a.Dir, value))
			continue
		}
		switch name {
		case validationVariable:
			validation = value // the user set it
		case outdirVariable, contextVariable, HostBuildVariable, overflowVariable, accountVariable, regionVariable:
		default:
			out = append(out, entry)
		}
	}
	set[validationVariable] = validation
	for name, value := range set {
		out = append(out, name+"="+value)
	}
	return out, nil
}

func isPath(goos, name string) bool {
	return name == "PATH" || goos == "windows" && strings.EqualFold(name, "PATH")
}

// withPrograms returns a PATH that begins with the programs of the npm packages in a folder and its parents, as npx
// sets it when it runs the CDK CLI. CDK looks there for esbuild, which bundles a NodejsFunction, and otherwise uses
// Docker.
//
// Unlike npx, it leaves out a folder to which every user of the machine may add, such as /tmp, which holds the checkout
// of a commit: a program there could be another user's go or node.
//
// Sources: "Local bundling" in https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html,
// and https://github.com/npm/run-script/blob/main/lib/set-path.js
func withPrograms(dir, path string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	var folders []string
	for at := dir; ; at = filepath.Dir(at) {
		programs := filepath.Join(at, "node_modules", ".bin")
		// A folder whose name contains the separator cannot be in a PATH: it would become two other folders.
		if isFolder(programs) && !isShared(at) && !strings.ContainsRune(programs, filepath.ListSeparator) {
			folders = append(folders, programs)
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if path != "" { // an empty entry of a PATH is the working directory
		folders = append(folders, path)
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isShared reports whether every user may add to a folder but not remove its content. If others may also remove it,
// they can replace the app itself.
func isShared(dir string) bool {
	info, err := os.Stat(dir)
	return err != nil || info.Mode()&fs.ModeSticky != 0 && info.Mode().Perm()&0o002 != 0
}
