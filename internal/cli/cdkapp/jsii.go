package cdkapp

import (
	"context"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// scripted are the commands that run an app in JavaScript or TypeScript, which loads CDK itself.
var scripted = []string{"node", "npm", "npx", "yarn", "pnpm", "bun", "bunx", "deno", "ts-node", "tsx"}

// UsesJSII reports whether the app may run CDK through jsii, as apps in Go, Python, Java and .NET do.
func (a *App) UsesJSII() bool {
	first, _, _ := strings.Cut(strings.TrimSpace(a.Command), " ")
	return !slices.Contains(scripted, filepath.Base(first)) && filepath.Ext(first) != ".js"
}

// NodeVersion returns the version of the Node.js that jsii would start, such as "v20.20.2". It returns "" if Node.js
// does not report it within seconds; the app itself will complain.
func (a *App) NodeVersion(ctx context.Context, environ []string) string {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	command := `exec "${JSII_NODE:-node}" --version` // jsii chooses Node.js this way
	if runtime.GOOS == "windows" {
		command = "node --version"
	}
	name, args := shellOf(runtime.GOOS, command)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = a.Dir, environ
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// answersWithin is how long Node.js may take to print its version.
const answersWithin = 10 * time.Second
