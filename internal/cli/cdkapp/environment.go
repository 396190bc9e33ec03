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

// Variables by which the CDK CLI and an app's library talk to each other.
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

// ownContext is what the CDK CLI adds to every app's context by itself, as far as it changes what an app synthesizes.
// The report of versions that it asks for, too, is left out: nothing is deployed. Source:
// https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/cloud-assembly/environment.ts
var ownContext = map[string]json.RawMessage{
	"aws:cdk:enable-path-metadata":      json.RawMessage("true"),
	"aws:cdk:enable-asset-metadata":     json.RawMessage("true"),
	"aws:cdk:bundling-stacks":           json.RawMessage(`["**"]`),
	"aws:cdk:disable-version-reporting": json.RawMessage("true"),
}

// maxVariable is how long a variable's value may be before it goes into a file: Linux takes 128 KiB for each variable
// (MAX_ARG_STRLEN in execve(2)), Windows 32,767 characters.
const maxVariable = 30_000

// environment is the app's, made of the user's own. What is too long for it goes to the file overflow.
//
// CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION are left out, so that the assembly does not depend on whose credentials
// are around: stacks that take them from there become stacks for any account and region.
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

// withPrograms is a PATH with the programs of the npm packages of a folder and of those above it in front, as npx has
// it when it runs the CDK CLI: CDK looks there for esbuild, which bundles a NodejsFunction, and uses Docker without it.
//
// Unlike npx, it leaves out a folder to which each user of the machine may add, such as /tmp, which has the checkout of
// a commit: a program there could be another user's go or node.
//
// Sources: "Local bundling" in
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html, and
// https://github.com/npm/run-script/blob/main/lib/set-path.js
func withPrograms(dir, path string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	var folders []string
	for at := dir; ; at = filepath.Dir(at) {
		programs := filepath.Join(at, "node_modules", ".bin")
		// A PATH cannot have a name with the separator: it would be two other folders.
		if isFolder(programs) && !isShared(at) && !strings.ContainsRune(programs, filepath.ListSeparator) {
			folders = append(folders, programs)
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if path != "" { // an empty folder of a PATH is the one that a program runs in
		folders = append(folders, path)
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isShared reports whether each user may add to a folder and not remove what is in it. Where others may remove it too,
// they can replace the app itself.
func isShared(dir string) bool {
	info, err := os.Stat(dir)
	return err != nil || info.Mode()&fs.ModeSticky != 0 && info.Mode().Perm()&0o002 != 0
}
