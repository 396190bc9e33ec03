// Package nodejs runs Lambda functions in JavaScript with this machine's Node.js, for the runtimes of that name.
//
//	command, err := nodejs.Command("")
//	err = pool.Replace(lambdaruntime.Spec{
//		Name: "orders", Runtime: "nodejs22.x", Handler: "index.handler", Dir: dir, Command: command,
//	})
//
// It replaces AWS's own client of the Runtime API, aws-lambda-ric, whose installation needs a C++ compiler and CMake.
// It does not include the AWS SDK, as Lambda's runtimes do: a function that does not bundle the SDK finds the one in a
// node_modules folder of NODE_PATH, with require and with import; with Node.js 20 only CommonJS modules find it, with
// require. With the log format JSON, the functions of console write JSON; otherwise only what they are given.
package nodejs

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed runtime.cjs
var runtime string

// Errors of [Command].
var (
	ErrMissing = errors.New("nodejs: Node.js is missing: there is no program \"node\" in PATH")
	ErrInline  = errors.New("nodejs: the code in the template is too long to be run here: make it an asset")
)

// Hint begins a line that each process of a function logs if the function lacks a module that Lambda's runtimes have.
// The rest of the line says what to do.
const Hint = "Lambda's Node.js has the module "

// maxInline is the length limit of code in the template. Lambda's limit is 4 MB, but the code is passed to Node.js as
// an argument, and Linux allows 128 KiB for one, including its end (execve(2), MAX_ARG_STRLEN).
const maxInline = 128<<10 - 1

// Runs reports whether a runtime is one of Node.js, such as "nodejs22.x".
func Runs(runtime string) bool { return strings.HasPrefix(runtime, "nodejs") }

// Command returns the command that runs a function. inline is the function's code, the text of a file index.js, as
// CloudFormation makes it from code in a template; if it is "", the code is in the working directory. The error is
// [ErrMissing] or [ErrInline].
func Command(inline string) ([]string, error) {
	node, err := exec.LookPath("node")
	if err == nil {
		node, err = filepath.Abs(node)
	}
	if err != nil {
		return nil, ErrMissing
	}
	// The runtime is in a function, so that its names are not globals of the code that it runs. No flag says what kind of
	// module the argument is, since threads would inherit the flag and reject it.
	command := []string{node, "-e", "((require, main) => {" + runtime + "})(require, module)"}
	if inline == "" {
		return command, nil
	}
	if len(inline) > maxInline {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrInline, len(inline), maxInline)
	}
	return append(command, "--", inline), nil
}

// Modules returns a NODE_PATH for functions: the node_modules folders of a folder and of its parents, which replace the
// modules of Lambda's runtimes. It returns "" if there are no such folders.
func Modules(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	var found []string
	for at := dir; ; at = filepath.Dir(at) {
		modules := filepath.Join(at, "node_modules")
		if info, err := os.Stat(modules); err == nil && info.IsDir() {
			found = append(found, modules)
		}
		if at == filepath.Dir(at) {
			return strings.Join(found, string(filepath.ListSeparator))
		}
	}
}
