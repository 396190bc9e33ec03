// Package python runs Lambda functions written in Python with the interpreter of this machine, for the runtimes of that
// name.
//
//	command, err := python.Command("python3.13", "")
//	err = pool.Replace(lambdaruntime.Spec{Name: "orders", Runtime: "python3.13", Handler: "app.handler", Dir: dir, Command: command})
//
// It stands for AWS's own client of the Runtime API, awslambdaric, which wants a C++ compiler and CMake to be
// installed. It does not have the AWS SDK, which Lambda's runtimes hold: a function that does not bundle it imports
// what the interpreter has, as in a virtual environment. It logs text, not JSON.
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

// maxInline is how long code may be that stands in the template: it is handed to the interpreter as an argument, and
// Linux takes 128 KiB for one, with its end (execve(2), MAX_ARG_STRLEN).
const maxInline = 128<<10 - 1

// Hint begins the line in the log of a function that lacks a module which Lambda's runtimes have. Each process of the
// function writes it, with what to do about it.
const Hint = "Lambda's Python has the module "

// Runs reports whether a runtime is one of Python, such as "python3.13".
func Runs(runtime string) bool { return strings.HasPrefix(runtime, "python") }

// Command is what runs the function whose code is in the working directory, or that whose code is given: the text of
// the file index.py, as CloudFormation makes one of code in a template. The interpreter is the one in PATH of the
// runtime's version, or else python3 or python. The error is [ErrMissing] or [ErrInline].
func Command(runtimeName, inline string) ([]string, error) {
	interpreter, err := find(runtimeName)
	if err != nil {
		return nil, err
	}
	// Lines of the log come as they are written (-u), and no compiled modules are left in the function's folder (-B),
	// which on Lambda cannot be written to. Text is in UTF-8 there, whatever locales this machine has.
	command := []string{interpreter, "-u", "-B", "-X", "utf8", "-c", runtime}
	if inline == "" {
		return command, nil
	}
	if len(inline) > maxInline {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrInline, len(inline), maxInline)
	}
	return append(command, inline), nil
}

// answers are the interpreters that were found, by the programs in PATH that may start one: an interpreter takes some
// ten milliseconds to start, and a script of a version manager most of a second to say that it has none of that
// version.
var answers sync.Map

// find returns the first interpreter that runs: a program in PATH may be one of a version manager, which has none of
// that version, or starts one that needs variables which functions do not get. So it is asked for its own path, which
// also is the one of a virtual environment.
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

// patience is how long an interpreter may take to start, also on a busy machine.
const patience = 30 * time.Second

// ask has an interpreter of Python 3 say where it is.
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
