package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
)

// The statuses that the command exits with.
const (
	succeeded   = 0
	failed      = 1
	calledWrong = 2
)

// surroundings are what a command takes from outside.
type surroundings struct {
	stdout, stderr io.Writer
	now            func() time.Time
	cacheDir       func() (string, error) // the user's; see os.UserCacheDir
	environ        func() []string        // as of os.Environ
	dir            string                 // the working directory; "" for the process's own
}

// process are the surroundings of this process.
func process() *surroundings {
	return &surroundings{stdout: os.Stdout, stderr: os.Stderr, now: time.Now, cacheDir: os.UserCacheDir, environ: os.Environ}
}

// note says something on standard error that does not make a command fail.
func (s *surroundings) note(command, format string, a ...any) {
	fmt.Fprintf(s.stderr, "gatehouse %s: note: %s\n", command, fmt.Sprintf(format, a...))
}

// command is one of the things that gatehouse does.
type command struct {
	name    string
	summary string // in a few words
	usage   string // in full: "usage: gatehouse NAME ...", what it does, each flag, examples

	// flags returns its flags with their defaults; nil if it has none.
	flags func() *flag.FlagSet

	// run does it. An error of [usageError] says that it was called wrongly, and flag.ErrHelp asks for its usage.
	run func(ctx context.Context, s *surroundings, args []string) error
}

// commands are all there are, in the order in which they are listed.
func commands() []command {
	return []command{devCommand, tokenCommand, routesCommand, checkCommand, versionCommand}
}

// run is the program: it finds the command, and makes a status of its error.
func run(ctx context.Context, s *surroundings, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(s.stderr, overview())
		return calledWrong
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 {
			fmt.Fprint(s.stdout, overview())
			return succeeded
		}
		name, rest = rest[0], []string{"-help"}
	case "-version", "--version":
		name = versionCommand.name
	}
	for _, c := range commands() {
		if c.name == name {
			return s.status(c, c.run(ctx, s, rest))
		}
	}
	fmt.Fprintln(s.stderr, "gatehouse: "+unknownCommand(name))
	return calledWrong
}

// unknownCommand says which commands there are, and which one a misspelt name probably means.
func unknownCommand(name string) string {
	all := names()
	list := fmt.Sprintf("the commands are %s: \"gatehouse help\" describes them", strings.Join(all, ", "))
	if strings.HasPrefix(name, "-") {
		return fmt.Sprintf("flag %s without a command: flags come after the command, as in \"gatehouse token --assembly ...\"; %s", name, list)
	}
	if near := closest(name, all); near != "" {
		list = fmt.Sprintf("did you mean %q? %s", near, list)
	}
	return fmt.Sprintf("unknown command %q: %s", name, list)
}

// status says what came of a command.
func (s *surroundings) status(c command, err error) int {
	var wrong usageError
	switch {
	case err == nil:
		return succeeded
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(s.stdout, c.usage)
		return succeeded
	case errors.As(err, &wrong):
		fmt.Fprintf(s.stderr, "gatehouse %s: %v%s\n\"gatehouse help %s\" describes its flags\n", c.name, err, c.flagMeant(wrong.unknown), c.name)
		return calledWrong
	}
	fmt.Fprintf(s.stderr, "gatehouse %s: %v\n", c.name, err)
	return failed
}

func overview() string {
	var b strings.Builder
	b.WriteString("gatehouse runs and inspects what a CDK app synthesizes.\n\nusage: gatehouse COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s %s\n", c.name, c.summary)
	}
	b.WriteString("\n\"gatehouse help COMMAND\" says more about one.\n")
	return b.String()
}

func names() (out []string) {
	for _, c := range commands() {
		out = append(out, c.name)
	}
	return out
}

// usageError says that a command was called wrongly.
type usageError struct {
	what    string
	unknown string // the name of a flag that there is not; "" if something else is wrong
}

func (e usageError) Error() string { return e.what }

func wrongly(format string, a ...any) error { return usageError{what: fmt.Sprintf(format, a...)} }

// parse reads flags, and refuses arguments that are none: no command takes any.
func parse(f *flag.FlagSet, args []string) error {
	f.SetOutput(io.Discard) // what it would say, status says
	f.Usage = func() {}
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return inOurWords(f, err.Error())
	}
	if f.NArg() > 0 {
		return wrongly("unexpected argument %q: it takes flags only", f.Arg(0))
	}
	return nil
}

// ofFlag is an error of package flag: what comes before the flag's name, with the value in quotes if there is one; the
// name; and what is wrong with the value.
var ofFlag = regexp.MustCompile(`^(invalid (?:boolean )?value ("(?:[^"\\]|\\.)*") for (?:flag )?|flag provided but not defined: |flag needs an argument: )-([^\s:]+)(?:: (?s:(.*)))?$`)

// inOurWords names a flag as the usage does, and says what its value should be where package flag says "parse error".
func inOurWords(f *flag.FlagSet, text string) error {
	m := ofFlag.FindStringSubmatch(text)
	if m == nil {
		return wrongly("%s", text)
	}
	before, value, name, wrong := m[1], m[2], m[3], m[4]
	flagName := "--" + name
	if len(name) == 1 {
		flagName = "-" + name
	}
	if strings.HasPrefix(before, undefined) {
		return usageError{what: "unknown flag " + flagName, unknown: name}
	}
	if value == "" {
		return wrongly("%s%s", before, flagName)
	}
	if given := f.Lookup(name); given != nil && wrong == "parse error" {
		if g, ok := given.Value.(flag.Getter); ok {
			switch g.Get().(type) {
			case int:
				wrong = "want a number, such as " + given.DefValue
			case time.Duration:
				wrong = "want a time, such as 90s, 15m or 8h"
			case bool:
				wrong = "want true or false, or the flag alone"
			}
		}
	}
	return wrongly("%s %s: %s", flagName, value, wrong)
}

// undefined is how package flag says that there is no such flag.
const undefined = "flag provided but not defined"

// list is a flag that may be given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}
