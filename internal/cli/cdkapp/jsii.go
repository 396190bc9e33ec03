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

// NodeVersion is what the Node.js that jsii would start says of itself, such as "v20.20.2"; "" if it does not within
// seconds, which is for the app itself to complain of.
func (a *App) NodeVersion(ctx context.Context, environ []string) string {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	command := `exec "${JSII_NODE:-node}" --version` // as jsii chooses it
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

// answersWithin is how long Node.js has to say its version.
const answersWithin = 10 * time.Second
