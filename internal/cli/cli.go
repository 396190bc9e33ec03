// Package cli implements the command gatehouse, which runs and inspects what a CDK app synthesizes.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/dev"
)

// The exit statuses of the command.
const (
	succeeded   = 0
	failed      = 1
	calledWrong = 2
)

// Main runs the command for the process's arguments, and returns the exit status.
func Main() int { return run(context.Background(), command.ThisProcess(), os.Args[1:]) }

// commands are all commands, in the order in which they are listed.
func commands() []command.Command {
	return []command.Command{initCommand, dev.Command, tokenCommand, routesCommand, openapiCommand, diffCommand,
		checkCommand, versionCommand}
}

// run finds the command, runs it, and turns its error into a status.
func run(ctx context.Context, p *command.Process, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(p.Stderr, overview())
		return calledWrong
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 {
			fmt.Fprint(p.Stdout, overview())
			return succeeded
		}
		name, rest = rest[0], []string{"-help"}
	case "-version", "--version":
		name = versionCommand.Name
	}
	for _, c := range commands() {
		if c.Name == name {
			return status(p, c, c.Run(ctx, p, rest))
		}
	}
	fmt.Fprintln(p.Stderr, "gatehouse: "+unknownCommand(name))
	return calledWrong
}

// unknownCommand lists the commands, and suggests the one that a misspelt name probably means.
func unknownCommand(name string) string {
	all := names()
	list := fmt.Sprintf("the commands are %s; run \"gatehouse help\"", strings.Join(all, ", "))
	if strings.HasPrefix(name, "-") {
		return fmt.Sprintf(
			"flag %s without a command: flags come after the command, as in \"gatehouse token --assembly ...\"; %s",
			name,
			list,
		)
	}
	if near := command.Closest(name, all); near != "" {
		list = fmt.Sprintf("did you mean %q? %s", near, list)
	}
	return fmt.Sprintf("unknown command %q: %s", name, list)
}

// status prints the error of a command and returns the status to exit with.
func status(p *command.Process, c command.Command, err error) int {
	var wrong command.UsageError
	var found command.Exit
	switch {
	case errors.As(err, &found):
		return int(found)
	case err == nil:
		return succeeded
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(p.Stdout, c.Usage)
		return succeeded
	case errors.As(err, &wrong):
		fmt.Fprintf(p.Stderr, "gatehouse %s: %v%s\nRun \"gatehouse help %s\" for its flags.\n",
			c.Name, err, suggestion(c, wrong.Unknown), c.Name)
		return calledWrong
	}
	fmt.Fprintf(p.Stderr, "gatehouse %s: %v\n", c.Name, err)
	return failed
}

// suggestion follows the error about an undefined flag: it names the flag of the command that was probably meant, or
// the command that has the flag. It is "" if neither is known.
func suggestion(c command.Command, unknown string) string {
	if unknown == "" || c.Flags == nil {
		return ""
	}
	for _, other := range commands() {
		if other.Flags != nil && other.Flags().Lookup(unknown) != nil {
			return fmt.Sprintf(": it is a flag of \"gatehouse %s\"", other.Name)
		}
	}
	var own []string
	c.Flags().VisitAll(func(f *flag.Flag) {
		if len(f.Name) > 1 {
			own = append(own, f.Name)
		}
	})
	if near := command.Closest(unknown, own); near != "" {
		return fmt.Sprintf(": did you mean --%s?", near)
	}
	return ""
}

func overview() string {
	var b strings.Builder
	b.WriteString("gatehouse runs and inspects what a CDK app synthesizes.\n\nusage: gatehouse COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s %s\n", c.Name, c.Summary)
	}
	b.WriteString("\nRun \"gatehouse help COMMAND\" for its flags.\n")
	return b.String()
}

func names() (out []string) {
	for _, c := range commands() {
		out = append(out, c.Name)
	}
	return out
}
