package cli

import (
	"context"
	"flag"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

var routesCommand = command.Command{
	Name:    "routes",
	Summary: "print who may call which route of the assembly",
	Usage: `usage: gatehouse routes [flags]

Prints each route of the assembly's REST APIs with its authorizer, how long the authorizer's answers are cached,
whether an API key is required, and what a caller must have, or why the route is public. What access depends on
follows: what answers where no function does, the authorizers with their identity sources, cache keys and
environments, responses that a stage caches, and function URLs that bypass the API. The order is fixed and nothing
changes from one synthesis to the next, so the output can be kept as a file: a change of access then shows in review.

  --assembly DIR            the cloud assembly (default ` + command.DefaultAssembly + `)
  --stack NAME              the APIs of one stack, by its path, name or artifact ID (default all)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable
  --json                    print JSON

The requirements of an included authorizer are read from the access table beside it, and the reason for a public route
from the method's metadata "` + matrix.PublicMetadata + `". References are printed as the template has them, such as
${Users.Arn}; secrets and values of parameters are not printed. If something is not known, the command fails after it
has printed the rest.

  gatehouse routes > routes.txt && git diff --exit-code routes.txt
`,
	Flags: func() *flag.FlagSet { return new(routesFlags).set() },
	Run:   printRoutes,
}

type routesFlags struct {
	assembly, stack string
	parameters      command.Pairs
	json            bool
}

func (r *routesFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("routes", flag.ContinueOnError)
	f.StringVar(&r.assembly, "assembly", command.DefaultAssembly, "")
	f.StringVar(&r.stack, "stack", "", "")
	f.Var(&r.parameters, "parameters", "")
	f.BoolVar(&r.json, "json", false, "")
	return f
}

func printRoutes(_ context.Context, p *command.Process, args []string) error {
	var r routesFlags
	if err := command.Parse(r.set(), args); err != nil {
		return err
	}
	a, model, err := command.ReadAssembly(r.assembly, r.parameters)
	if err != nil {
		return err
	}
	p.NoteParameters("routes", a, r.parameters)
	stack := ""
	if r.stack != "" {
		found, err := a.Stack(r.stack)
		if err != nil {
			return fmt.Errorf("--stack %q: %w", r.stack, err)
		}
		stack = found.Path
	}
	m, unknown := matrix.Of(model, stack)
	text := m.Text()
	if r.json {
		text = m.JSON()
	}
	if err := p.Print("the routes", text); err != nil {
		return err
	}
	if len(m.APIs) == 0 && unknown == nil {
		where := "the assembly"
		if stack != "" {
			where = "the stack " + stack
		}
		p.Note("routes", "%s: %s has no REST API", r.assembly, where)
	}
	if unknown != nil {
		return fmt.Errorf("%s: the routes are incomplete: %w", r.assembly, unknown)
	}
	return nil
}
