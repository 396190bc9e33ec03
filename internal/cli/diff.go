package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

var diffCommand = command.Command{
	Name:    "diff",
	Summary: "print who gained and who lost access between two assemblies",
	Usage: `usage: gatehouse diff OLD NEW [flags]
       gatehouse diff --against REF [flags]

Compares who may call the REST APIs of two cloud assemblies. It compares what
routes, authorizers and policies mean, not their text. OLD and NEW are folders
of assemblies, or files written by "gatehouse routes --json". With --against, it
synthesizes the app of cdk.json twice: as of a commit of its Git repository, and
as of the working directory.

  + gained   a request that was refused is now allowed
  ? unknown  a change that cannot be compared, such as the code of your own
             authorizer
  - lost     a request that was allowed is now refused
  ~ changed  a change to something that access depends on, where neither side
             allows more

  --against REF             compare with this commit, such as origin/main
  --stack NAME              only the APIs of one stack, by its path (default
                            all)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable
  --json                    print JSON, with an example request for each gain
  --markdown                print Markdown, for a comment on a pull request

The exit status is 0 if access is the same or narrower, 3 if it is wider, 4 if
it may be wider because a change cannot be compared, 1 if the comparison failed,
and 2 if the flags or arguments are wrong.

  gatehouse diff --against origin/main
`,
	Flags: func() *flag.FlagSet { return new(diffFlags).set() },
	Run:   diff,
}

type diffFlags struct {
	against, stack string
	parameters     command.Pairs
	json, markdown bool
}

func (d *diffFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("diff", flag.ContinueOnError)
	f.StringVar(&d.against, "against", "", "")
	f.StringVar(&d.stack, "stack", "", "")
	f.Var(&d.parameters, "parameters", "")
	f.BoolVar(&d.json, "json", false, "")
	f.BoolVar(&d.markdown, "markdown", false, "")
	return f
}

func diff(ctx context.Context, p *command.Process, args []string) error {
	var d diffFlags
	set := d.set()
	flags, sides := splitFlags(set, args)
	if err := command.Parse(set, flags); err != nil {
		return err
	}
	if err := command.NotEmpty(set, "against", "stack"); err != nil {
		return err
	}
	switch {
	case d.json && d.markdown:
		return command.Wrongly("--json and --markdown: want one of them")
	case d.against != "" && len(sides) > 0:
		return command.Wrongly("--against %s and %q: --against compares with the working directory, so leave the rest out",
			d.against, strings.Join(sides, " "))
	case d.against == "" && len(sides) != 2:
		return command.Wrongly("want OLD and NEW, each a folder with a cloud assembly or a file of \"gatehouse routes " +
			"--json\", or --against with a commit such as origin/main")
	}
	var before, after matrix.Matrix
	var err error
	if d.against != "" {
		before, after, err = d.ofCommit(ctx, p)
	} else {
		if before, err = d.read(sides[0]); err == nil {
			after, err = d.read(sides[1])
		}
	}
	if err != nil {
		return err
	}
	if d.stack != "" {
		all := append(stacks(before), stacks(after)...)
		before, after = d.onlyStack(before), d.onlyStack(after)
		if len(before.APIs)+len(before.Others)+len(after.APIs)+len(after.Others) == 0 {
			slices.Sort(all)
			return fmt.Errorf("--stack %q: no such stack has an API on either side: the stacks with APIs are %s", d.stack,
				cmp.Or(strings.Join(slices.Compact(all), ", "), "none"))
		}
	}
	if len(before.APIs)+len(after.APIs) == 0 {
		p.Note("diff", "neither side has a REST API")
	}
	return d.report(p, accessdiff.Compare(before, after))
}

func (d *diffFlags) report(p *command.Process, found *accessdiff.Diff) error {
	text := found.Text()
	switch {
	case d.json:
		text = found.JSON()
	case d.markdown:
		text = found.Markdown()
	case len(found.Changes) == 0:
		p.Note("diff", "access is the same")
	}
	if err := p.Print("the changes", text); err != nil {
		return err
	}
	if status := found.Exit(); status != succeeded {
		return command.Exit(status)
	}
	return nil
}

// splitFlags separates flags from other arguments, so that flags may follow OLD and NEW.
func splitFlags(set *flag.FlagSet, args []string) (flags, rest []string) {
	for i := 0; i < len(args); i++ {
		name, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag || name == "" {
			rest = append(rest, args[i])
			continue
		}
		flags = append(flags, args[i])
		name = strings.TrimPrefix(name, "-")
		f := set.Lookup(name)
		if f == nil {
			continue // has a value after "=", or is unknown
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); (!ok || !b.IsBoolFlag()) && i+1 < len(args) {
			i++
			flags = append(flags, args[i])
		}
	}
	return flags, rest
}

// read reads one side: an assembly, or a file with a matrix.
func (d *diffFlags) read(path string) (matrix.Matrix, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return matrix.Matrix{},
			fmt.Errorf("%w: want a folder with a cloud assembly, or a file of \"gatehouse routes --json\"", err)
	case info.IsDir():
		return d.ofAssembly(path)
	case filepath.Base(path) == "manifest.json":
		return d.ofAssembly(filepath.Dir(path))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return matrix.Matrix{}, err
	}
	m, err := matrix.Parse(text)
	if err != nil {
		return matrix.Matrix{}, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// stacks returns the stacks of a matrix.
func stacks(m matrix.Matrix) (out []string) {
	for _, api := range m.APIs {
		out = append(out, api.Stack)
	}
	for _, other := range m.Others {
		out = append(out, other.Stack)
	}
	return out
}

// onlyStack returns the part of a matrix that is about the stack of --stack.
func (d *diffFlags) onlyStack(m matrix.Matrix) (out matrix.Matrix) {
	for _, api := range m.APIs {
		if api.Stack == d.stack {
			out.APIs = append(out.APIs, api)
		}
	}
	for _, other := range m.Others {
		if other.Stack == d.stack {
			out.Others = append(out.Others, other)
		}
	}
	return out
}

// ofAssembly makes the matrix of an assembly. The matrix says what the assembly does not show.
func (d *diffFlags) ofAssembly(dir string) (matrix.Matrix, error) {
	_, model, err := command.ReadAssembly(dir, d.parameters)
	if errors.Is(err, cloudassembly.ErrNotAssembly) {
		return matrix.Matrix{}, fmt.Errorf("%s is not a cloud assembly: name the folder that CDK writes, such as %s: %w",
			dir, command.DefaultAssembly, errors.Unwrap(err))
	}
	if err != nil {
		return matrix.Matrix{}, err
	}
	m, err := matrix.Of(model, "")
	if err != nil && !errors.Is(err, matrix.ErrUnknown) {
		return matrix.Matrix{}, err
	}
	return m, nil
}
