// Package nodejs runs Lambda functions written in JavaScript with the Node.js of this machine, for the runtimes of that
// name.
//
//	command, err := nodejs.Command("")
//	err = pool.Replace(lambdaruntime.Spec{Name: "orders", Runtime: "nodejs22.x", Handler: "index.handler", Dir: dir, Command: command})
//
// It stands for AWS's own client of the Runtime API, aws-lambda-ric, which wants a C++ compiler and CMake to be
// installed. It does not have the AWS SDK, which Lambda's runtimes hold: a function that does not bundle it finds that
// of a node_modules folder in NODE_PATH, also by import; with Node.js 20, CommonJS modules find it by require alone. It
// leaves lines of the log as they are written.
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

// Hint begins the line in the log of a function that lacks a module which Lambda's runtimes have. Each process of the
// function writes it, with what to do about it.
const Hint = "Lambda's Node.js has the module "

// maxInline is how long code may be that stands in the template. Lambda takes 4 MB, but it is handed to Node.js as an
// argument, and Linux takes 128 KiB for one, with its end (execve(2), MAX_ARG_STRLEN).
const maxInline = 128<<10 - 1

// Runs reports whether a runtime is one of Node.js, such as "nodejs22.x".
func Runs(runtime string) bool { return strings.HasPrefix(runtime, "nodejs") }

// Command is what runs the function whose code is in the working directory, or that whose code is given: the text of
// the file index.js, as CloudFormation makes one of code in a template. The error is [ErrMissing] or [ErrInline].
func Command(inline string) ([]string, error) {
	node, err := exec.LookPath("node")
	if err == nil {
		node, err = filepath.Abs(node)
	}
	if err != nil {
		return nil, ErrMissing
	}
	// In a function, so that its names are not globals of the code that it runs. Threads would inherit a flag that says
	// what kind of module the argument is, and refuse it for theirs.
	command := []string{node, "-e", "((require, main) => {" + runtime + "})(require, module)"}
	if inline == "" {
		return command, nil
	}
	if len(inline) > maxInline {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrInline, len(inline), maxInline)
	}
	return append(command, "--", inline), nil
}

// Modules is a NODE_PATH for functions: the node_modules folders of a folder and of those above it, which stand for the
// modules that Lambda's runtimes have. It is "" without them.
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
