package lambdaruntime

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Spec describes a function. [Pool.Replace] copies it.
type Spec struct {
	// Name is the name by which the function is invoked. AWS_LAMBDA_FUNCTION_NAME has it too.
	Name string

	// Runtime is the runtime in the template. "provided.al2023" and "provided.al2" run the file bootstrap in Dir, and
	// "go1.x" runs the file that Handler names. Any other runtime needs Command.
	Runtime string

	// Command replaces what Runtime implies: a program that speaks the Runtime API, with its arguments. A relative program
	// is looked up in [Options.Path]. Package nodejs has a command for functions in JavaScript, and package python for
	// Python.
	Command []string

	// Dir is the folder with the code: the working directory, and LAMBDA_TASK_ROOT. It must exist.
	Dir string

	Handler string // _HANDLER

	// Env is the function's own environment. A name that Lambda reserves is an error, as on deployment. A process also
	// gets the variables that https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html lists; HOME, which
	// is the folder for temporary files, so that no SDK finds the developer's own ~/.aws; and, with up to 1,769 MB of
	// memory, GOMAXPROCS=1, since Lambda gives such a function at most the time of one processor.
	Env map[string]string

	// Logging sets AWS_LAMBDA_LOG_GROUP_NAME, AWS_LAMBDA_LOG_FORMAT and AWS_LAMBDA_LOG_LEVEL, which loggers read, and
	// [LogLine.Filtered].
	Logging Logging

	// PerTenant gives each tenant processes of its own, which serve no other tenant. Each invocation then needs a tenant.
	// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html
	PerTenant bool

	Timeout  time.Duration // default 3 s, at most 15 minutes
	MemoryMB int           // default 128; not enforced
	Region   string        // default "us-east-1"
	ARN      string        // default one in account 123456789012
}

// Timeouts of a function: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
const (
	defaultTimeout = 3 * time.Second
	maxTimeout     = 15 * time.Minute
)

// resolve checks a spec field by field, and fills in its defaults. It copies the caller's maps and slices.
//
//gocyclo:ignore
func (s Spec) resolve(path string) (Spec, error) {
	fail := func(kind error, format string, a ...any) (Spec, error) {
		return Spec{}, fmt.Errorf("%w: function %q: %s", kind, s.Name, fmt.Sprintf(format, a...))
	}
	s.Env = maps.Clone(s.Env)
	if s.Name == "" || !headerValue(s.Name) {
		return fail(ErrSpec, "the name must be visible ASCII of at most %d bytes, and not empty", maxHeaderValue)
	}
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.Timeout < 0 || s.Timeout > maxTimeout {
		return fail(ErrSpec, "the time-out is %v: Lambda allows up to %v", s.Timeout, maxTimeout)
	}
	if s.MemoryMB == 0 {
		s.MemoryMB = 128
	}
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if s.ARN == "" {
		s.ARN = "arn:aws:lambda:" + s.Region + ":123456789012:function:" + s.Name
	}
	if !headerValue(s.ARN) {
		return fail(ErrSpec, "the ARN %q is not one", s.ARN)
	}
	for name, value := range s.Env {
		switch {
		case reserved(name):
			return fail(ErrSpec, "the environment variable %s is reserved: Lambda sets it", name)
		case name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00"):
			return fail(ErrSpec, "the environment variable %q is not one", name)
		}
	}
	// Check this before the folder: code for another runtime may have no folder.
	if len(s.Command) == 0 && !RunsExecutable(s.Runtime) {
		return fail(
			ErrRuntime,
			"its runtime is %q: without a Command, provided.al2023, provided.al2 and go1.x executables for this host are run",
			s.Runtime,
		)
	}
	dir, err := filepath.Abs(s.Dir)
	if err != nil {
		return fail(ErrSpec, "the code folder: %v", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || s.Dir == "" {
		return fail(ErrSpec, "the code folder %q is not a folder", s.Dir)
	}
	s.Dir = dir

	if len(s.Command) > 0 {
		s.Command = slices.Clone(s.Command)
		program, err := lookUp(s.Command[0], dir, path)
		if err != nil {
			return fail(ErrExecutable, "%v", err)
		}
		s.Command[0] = program
		return s, nil
	}
	file := "bootstrap"
	if s.Runtime == "go1.x" {
		file = s.Handler
	}
	program := filepath.Join(dir, file)
	if err := checkExecutable(program); err != nil {
		return fail(ErrExecutable, "%v", err)
	}
	s.Command = []string{program}
	return s, nil
}

// RunsExecutable reports whether functions of a runtime are executables that run without a Command.
func RunsExecutable(runtime string) bool {
	return strings.HasPrefix(runtime, "provided") || runtime == "go1.x"
}

// lookUp finds a program as a shell would, in the PATH of the function's process and not of this one.
func lookUp(program, dir, path string) (string, error) {
	if filepath.IsAbs(program) {
		return program, checkExecutable(program)
	}
	if strings.ContainsRune(program, filepath.Separator) {
		program = filepath.Join(dir, program)
		return program, checkExecutable(program)
	}
	for _, folder := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(folder, program)); err == nil && filepath.IsAbs(found) {
			return found, nil
		}
	}
	return "", fmt.Errorf("there is no program %q in %s", program, path)
}

// maxHeaderValue is the length limit of an ID or ARN that is sent to a process in a header.
const maxHeaderValue = 1024

// headerValue reports whether a text can be sent as the value of one of these headers.
func headerValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxHeaderValue
}

// pathSegment reports whether a text can be a request ID: runtimes put it into the path of their answer unescaped.
func pathSegment(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return len(s) <= maxHeaderValue
}
