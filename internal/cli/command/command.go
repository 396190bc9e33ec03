// Package command has what the commands of gatehouse share: their environment, parsing of flags, reading of assemblies,
// and usage errors. It contains no command.
package command

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// Command is one of the commands of gatehouse.
type Command struct {
	Name    string
	Summary string // what it does, in a few words
	Usage   string // the full help: "usage: gatehouse NAME ...", what it does, each flag, examples

	// Flags returns its flags with their defaults; nil if it has none.
	Flags func() *flag.FlagSet

	// Run runs the command. A [UsageError] means that it was called wrongly, and flag.ErrHelp requests its usage.
	Run func(ctx context.Context, p *Process, args []string) error
}

// Exit is the error of a command that completed its work and whose exit status reports the result. It is not printed.
type Exit int

// Error names the status.
func (e Exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Process is the environment of a command.
type Process struct {
	Stdout, Stderr io.Writer
	Now            func() time.Time
	CacheDir       func() (string, error) // returns the user's cache folder; see os.UserCacheDir
	Environ        func() []string        // returns the environment; see os.Environ
	Dir            string                 // the working directory; "" for the process's own
	TempDir        string                 // the folder for temporary files; "" for os.TempDir
	SlowAfter      time.Duration          // how long an app runs before a note says that it is still running; default 5 s
}

// ThisProcess returns the environment of this process.
func ThisProcess() *Process {
	return &Process{Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, CacheDir: os.UserCacheDir, Environ: os.Environ}
}

// IfSlow calls note once if the operation that begins now takes longer than users wait without a message. ended ends
// the wait.
func (p *Process) IfSlow(note func()) (ended func()) {
	after := p.SlowAfter
	if after <= 0 {
		after = 5 * time.Second
	}
	timer := time.AfterFunc(after, note)
	return func() { timer.Stop() }
}

// Temporary returns the folder for temporary files.
func (p *Process) Temporary() string {
	if p.TempDir == "" {
		return os.TempDir()
	}
	return p.TempDir
}

// Note writes a note to standard error. It does not make the command fail.
func (p *Process) Note(command, format string, a ...any) {
	fmt.Fprintf(p.Stderr, "gatehouse %s: note: %s\n", command, fmt.Sprintf(format, a...))
}

// Print writes the output of a command to standard output. The error names what could not be written.
func (p *Process) Print(what string, output []byte) error {
	if _, err := p.Stdout.Write(output); err != nil {
		return fmt.Errorf("%s could not be written: %w", what, err)
	}
	return nil
}
