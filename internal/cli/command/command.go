// Package command has what the commands of gatehouse share: their environment, the reading of flags and assemblies, and
// usage errors. It has no command itself.
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
	Summary string // in a few words
	Usage   string // in full: "usage: gatehouse NAME ...", what it does, each flag, examples

	// Flags returns its flags with their defaults; nil if it has none.
	Flags func() *flag.FlagSet

	// Run runs it. A [UsageError] means that it was called wrongly, and flag.ErrHelp asks for its usage.
	Run func(ctx context.Context, p *Process, args []string) error
}

// Exit is the error of a command that did its work, with the status that says what it found. It is not printed.
type Exit int

// Error says which status it is.
func (e Exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Process is what a command takes from outside.
type Process struct {
	Stdout, Stderr io.Writer
	Now            func() time.Time
	CacheDir       func() (string, error) // the user's; see os.UserCacheDir
	Environ        func() []string        // as of os.Environ
	Dir            string                 // the working directory; "" for the process's own
	TempDir        string                 // for temporary files; "" for that of os.TempDir
	SlowAfter      time.Duration          // how long an app runs before a note says that it still does; default 5 s
}

// ThisProcess returns the environment of this process.
func ThisProcess() *Process {
	return &Process{Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, CacheDir: os.UserCacheDir, Environ: os.Environ}
}

// IfSlow calls note once what begins now has taken longer than a user waits without a word. ended ends the wait.
func (p *Process) IfSlow(note func()) (ended func()) {
	after := p.SlowAfter
	if after <= 0 {
		after = 5 * time.Second
	}
	timer := time.AfterFunc(after, note)
	return func() { timer.Stop() }
}

// Temporary is the folder for temporary files.
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
