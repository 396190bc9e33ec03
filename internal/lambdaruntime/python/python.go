// Package python runs Lambda functions in Python with this machine's interpreter, for the runtimes of that name.
//
//	command, err := python.Command("python3.13", "")
//	err = pool.Replace(lambdaruntime.Spec{
//		Name: "orders", Runtime: "python3.13", Handler: "app.handler", Dir: dir, Command: command,
//	})
//
// It replaces AWS's own client of the Runtime API, awslambdaric, whose installation needs a C++ compiler and CMake. It
// does not include the AWS SDK, as Lambda's runtimes do: a function that does not bundle the SDK imports what the
// interpreter has, such as in a virtual environment. With the log format JSON, the module logging writes JSON.
package python

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

//go:embed runtime.py
var runtime string

// Errors of [Command].
var (
	ErrMissing = errors.New("python: Python is missing")
	ErrInline  = errors.New("python: the code in the template is too long to be run here: make it an asset")
)

// maxInline is the length limit of code in the template. The code is passed to the interpreter as an argument, and
// Linux allows 128 KiB for one, including its end (execve(2), MAX_ARG_STRLEN).
const maxInline = 128<<10 - 1

// Hint begins a line that each process of a function logs if the function lacks a module that Lambda's runtimes have.
// The rest of the line says what to do.
const Hint = "Lambda's Python has the module "

// Runs reports whether a runtime is one of Python, such as "python3.13".
func Runs(runtime string) bool { return strings.HasPrefix(runtime, "python") }

// Command returns the command that runs a function. inline is the function's code, the text of a file index.py, as
// CloudFormation makes it from code in a template; if it is "", the code is in the working directory. The interpreter
// is the one in PATH with the runtime's version, or else python3 or python. The error is [ErrMissing] or [ErrInline].
func Command(runtimeName, inline string) ([]string, error) {
	interpreter, err := find(runtimeName)
	if err != nil {
		return nil, err
	}
	// The log is not buffered (-u), and no compiled modules are written into the function's folder (-B), which is
	// read-only on Lambda. Text is UTF-8, as on Lambda, whatever this machine's locale is.
	command := []string{interpreter, "-u", "-B", "-X", "utf8", "-c", runtime}
	if inline == "" {
		return command, nil
	}
	if len(inline) > maxInline {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrInline, len(inline), maxInline)
	}
	return append(command, inline), nil
}

// answers caches the interpreters found, by program in PATH. An interpreter takes some ten milliseconds to start, and a
// script of a version manager takes most of a second to report that it has no such version.
var answers sync.Map

// find returns the first interpreter that runs. A program in PATH may belong to a version manager that does not have
// that version, or that starts an interpreter that needs variables which functions do not get. So each program is asked
// for the path of its interpreter, which also finds the one of a virtual environment.
func find(runtimeName string) (string, error) {
	var programs []string
	for _, name := range []string{runtimeName, "python3", "python"} {
		program, err := exec.LookPath(name)
		if err == nil {
			program, err = filepath.Abs(program)
		}
		if err == nil {
			programs = append(programs, program)
		}
	}
	if programs == nil {
		return "", fmt.Errorf("%w: there is no program %q, \"python3\" or \"python\" in PATH", ErrMissing, runtimeName)
	}
	key := strings.Join(programs, "\x00")
	if known, ok := answers.Load(key); ok {
		return known.(string), nil
	}
	var tried []string
	for _, program := range programs {
		own, err := ask(program)
		if err == nil {
			answers.Store(key, own)
			return own, nil
		}
		tried = append(tried, fmt.Sprintf("%s: %v", program, err))
	}
	return "", fmt.Errorf("%w: no interpreter in PATH runs: %s", ErrMissing, strings.Join(tried, "; "))
}

// patience is how long an interpreter may take to start, even on a busy machine.
const patience = 30 * time.Second

// ask makes a Python 3 interpreter print its path.
func ask(program string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "-c",
		"import sys; print(sys.executable if sys.version_info >= (3, 8) else '')").Output()
	if err != nil {
		return "", err
	}
	path := strings.TrimSpace(string(out))
	if !filepath.IsAbs(path) {
		return "", errors.New("it is not Python 3.8 or later")
	}
	return path, nil
}
