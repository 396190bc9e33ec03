package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// UsageError reports that a command was called wrongly.
type UsageError struct {
	What    string
	Unknown string // the name of an undefined flag; "" if something else is wrong
}

func (e UsageError) Error() string { return e.What }

// Wrongly returns a [UsageError].
func Wrongly(format string, a ...any) error { return UsageError{What: fmt.Sprintf(format, a...)} }

// Parse parses flags. Other arguments are an error, since no command accepts any.
func Parse(f *flag.FlagSet, args []string) error {
	f.SetOutput(io.Discard) // the returned error has the message
	f.Usage = func() {}
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return inOurWords(f, err.Error())
	}
	if f.NArg() > 0 {
		return Wrongly("unexpected argument %q: the command takes flags only", f.Arg(0))
	}
	return nil
}

// NotEmpty returns a [UsageError] for the first of some flags that was set to an empty value.
func NotEmpty(f *flag.FlagSet, names ...string) (err error) {
	f.Visit(func(given *flag.Flag) {
		if err == nil && given.Value.String() == "" && slices.Contains(names, given.Name) {
			err = Wrongly("--%s is empty: give it a value or leave it out", given.Name)
		}
	})
	return err
}

// ofFlag matches an error of package flag: the text before the flag's name, with the value in quotes if there is one;
// the name; and what is wrong with the value.
var ofFlag = regexp.MustCompile(`^(invalid (?:boolean )?value ("(?:[^"\\]|\\.)*") for (?:flag )?|` +
	`flag provided but not defined: |flag needs an argument: )-([^\s:]+)(?:: (?s:(.*)))?$`)

// inOurWords names a flag as in the usage, and replaces "parse error" of package flag by what the value should be.
func inOurWords(f *flag.FlagSet, text string) error {
	m := ofFlag.FindStringSubmatch(text)
	if m == nil {
		return Wrongly("%s", text)
	}
	before, value, name, wrong := m[1], m[2], m[3], m[4]
	flagName := "--" + name
	if len(name) == 1 {
		flagName = "-" + name
	}
	if strings.HasPrefix(before, undefined) {
		return UsageError{What: "unknown flag " + flagName, Unknown: name}
	}
	if value == "" {
		return Wrongly("%s%s", before, flagName)
	}
	if given := f.Lookup(name); given != nil && wrong == "parse error" {
		if g, ok := given.Value.(flag.Getter); ok {
			switch g.Get().(type) {
			case int:
				wrong = "want a number, such as " + given.DefValue
			case time.Duration:
				wrong = "want a duration, such as 90s, 15m or 8h"
			case bool:
				wrong = "want true or false, or the flag alone"
			}
		}
	}
	return Wrongly("%s %s: %s", flagName, value, wrong)
}

// undefined begins an error of package flag for an unknown flag.
const undefined = "flag provided but not defined"

// List is a flag that may be given several times.
type List []string

func (l *List) String() string { return strings.Join(*l, " ") }

func (l *List) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// Pairs is a flag of NAME=VALUE that may be given several times. The last value of a name counts.
type Pairs map[string]string

func (p *Pairs) String() string { return "" }

func (p *Pairs) Set(text string) error {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" {
		return fmt.Errorf("want NAME=VALUE")
	}
	if *p == nil {
		*p = Pairs{}
	}
	(*p)[name] = value
	return nil
}
