package cli

import (
	"context"
	"flag"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

var routesCommand = command{
	name:    "routes",
	summary: "print who may call which route of the assembly",
	usage: `usage: gatehouse routes [flags]

It prints each route of the assembly's REST APIs with its authorizer, how long that one's answers are cached, whether an
API key is needed, and what a caller must bring, or why the route is public. What access depends on follows: the
authorizers with their identity sources, cache keys and environments, answers that a stage keeps, and function URLs that
lead past the API. The order is always the same and nothing in it changes from one synthesis to the next, so the output
can be kept as a file: a change of access then shows in review.

  --assembly DIR   the cloud assembly (default ` + defaultAssembly + `)
  --stack NAME     the APIs of one stack, by its path, name or artifact id (default all)
  --parameters [STACK:]N=V  the value of a template parameter; as often as you like
  --json           the same as JSON

What an included authorizer requires is read from the access table beside it, and the reason for a public route from the
method's metadata "` + matrix.PublicMetadata + `". References are printed as the template has them, such as ${Users.Arn}:
neither a secret nor a parameter's value is. What is not known is an error, after the rest was printed.

  gatehouse routes > routes.txt && git diff --exit-code routes.txt
`,
	flags: func() *flag.FlagSet { return new(routesFlags).set() },
	run:   printRoutes,
}

type routesFlags struct {
	assembly, stack string
	parameters      pairs
	json            bool
}

func (r *routesFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("routes", flag.ContinueOnError)
	f.StringVar(&r.assembly, "assembly", defaultAssembly, "")
	f.StringVar(&r.stack, "stack", "", "")
	f.Var(&r.parameters, "parameters", "")
	f.BoolVar(&r.json, "json", false, "")
	return f
}

func printRoutes(_ context.Context, s *surroundings, args []string) error {
	var r routesFlags
	if err := parse(r.set(), args); err != nil {
		return err
	}
	a, model, err := readAssembly(r.assembly, r.parameters)
	if err != nil {
		return err
	}
	s.noteParameters("routes", a, r.parameters)
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
	if _, err := s.stdout.Write(text); err != nil {
		return fmt.Errorf("the routes could not be written: %w", err)
	}
	if len(m.APIs) == 0 && unknown == nil {
		where := "the assembly"
		if stack != "" {
			where = "the stack " + stack
		}
		s.note("routes", "%s: %s has no REST API", r.assembly, where)
	}
	if unknown != nil {
		return fmt.Errorf("%s: not all of it can be told: %w", r.assembly, unknown)
	}
	return nil
}
