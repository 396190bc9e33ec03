package dev

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// Engine returns the variables for jsii, which runs CDK for apps in languages other than JavaScript: one names a folder
// that jsii can write to, without which it may hang, and one replaces its eleven lines about an old Node.js, for which
// Engine writes a one-line note instead.
//
// The notes are in the name of the given command.
func Engine(
	ctx context.Context, p *command.Process, name string, app *cdkapp.App, scratch string,
) (variables []string) {
	if !app.UsesJSII() {
		return nil
	}
	environ := p.Environ()
	getenv := func(name string) (value string) {
		for _, entry := range environ {
			if n, v, _ := strings.Cut(entry, "="); n == name {
				value = v
			}
		}
		return value
	}
	if err := jsiienv.CheckCache(getenv, runtime.GOOS); err != nil {
		p.Note(name, "%v; until then CDK is unpacked into a temporary folder, which takes some seconds", err)
		variables = append(variables, jsiienv.CacheRoot+"="+filepath.Join(scratch, "jsii"))
	}
	silence, note := jsiienv.Silence(getenv, app.NodeVersion(ctx, environ), p.Now())
	if note != "" {
		p.Note(name, "%s", note)
	}
	return append(variables, silence...)
}
