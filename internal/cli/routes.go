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

Prints each route of the assembly's REST APIs with its authorizer, how long the
authorizer's answers are cached, whether an API key is required, and what a
caller must have, or why the route is public. Then it prints what access depends
on: integrations that are not functions and what they send of the caller, the
authorizers with their identity sources, cache keys and environments, responses
that a stage caches, and function URLs that bypass the API. The output is the
same for every synthesis of the same app, so you can commit it: changes of
access then show in review.

  --assembly DIR            the cloud assembly (default ` + command.DefaultAssembly + `)
  --stack NAME              only the APIs of one stack, by its path, name or
                            artifact ID (default all)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable
  --json                    print JSON

It reads the requirements of an included authorizer from the access table in its
bundle, and the reason for a public route from the method's metadata
"` + matrix.PublicMetadata + `". It prints references as the template has them, such as
${Users.Arn}, and never secrets or values of parameters. If something cannot be
determined, it prints the rest and then fails.

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
