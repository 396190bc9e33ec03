package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

var checkCommand = command.Command{
	Name:    "check",
	Summary: "report holes in the assembly's REST APIs",
	Usage: `usage: gatehouse check [flags]

Reads the finished templates and reports where they guard an API less than its
access table says, because of a method added outside the table, an override, a
generic resource, or another stack. For an API that Gatehouse did not build, it
reports only what is wrong in any app. Synthesis of an app with Gatehouse
applies the same rules; use this command for assemblies from another machine and
for templates written by hand.

  --assembly DIR  the cloud assembly (default ` + command.DefaultAssembly + `)
  --accepted      also list the findings that the app accepts, with their
                  reasons
  --json          print the findings as JSON
  --rules         list the rules, with their reasons, and check nothing

The exit status is 0 if there are no findings except warnings, 1 if there are
others, and 2 if the flags are wrong. To accept a finding, call
secureapi.Accept, or set the metadata "` + rules.AcceptsMetadata + `" of the resource:

  "Metadata": {"` + rules.AcceptsMetadata + `":
    {"open-function-url": "the function verifies its caller's signature"}}
`,
	Flags: func() *flag.FlagSet { return new(checkFlags).set() },
	Run:   check,
}

type checkFlags struct {
	assembly              string
	json, rules, accepted bool
}

func (c *checkFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("check", flag.ContinueOnError)
	f.StringVar(&c.assembly, "assembly", command.DefaultAssembly, "")
	f.BoolVar(&c.json, "json", false, "")
	f.BoolVar(&c.rules, "rules", false, "")
	f.BoolVar(&c.accepted, "accepted", false, "")
	return f
}

func check(_ context.Context, p *command.Process, args []string) error {
	var c checkFlags
	if err := command.Parse(c.set(), args); err != nil {
		return err
	}
	if c.rules {
		return p.Print("the rules", ruleList(c.json))
	}
	a, _, err := command.ReadAssembly(c.assembly, nil)
	if err != nil {
		return err
	}
	findings := rules.Check(a, rules.Options{Accepted: c.accepted})
	text := findingsText(findings)
	if c.json {
		text = findingsJSON(findings)
	}
	if err := p.Print("the findings", text); err != nil {
		return err
	}
	apis := 0
	for _, stack := range a.Stacks() {
		for _, r := range stack.Template.Resources {
			if r.Type == "AWS::ApiGateway::RestApi" {
				apis++
			}
		}
	}
	failing := len(rules.Failing(findings))
	switch {
	case failing > 0:
		return fmt.Errorf("%s: %s: fix %s, or accept %s with a reason: \"gatehouse help check\" says how",
			c.assembly, count(failing, "finding"), them(failing), them(failing))
	case apis == 0:
		p.Note("check", "%s: the assembly has no REST API", c.assembly)
	default:
		p.Note("check", "%s: nothing is wrong with %s", c.assembly, count(apis, "REST API"))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// findingsText formats the findings for people, grouped by API.
func findingsText(findings []rules.Finding) []byte {
	var b bytes.Buffer
	var groups []string
	byGroup := map[string][]rules.Finding{}
	for _, f := range findings {
		group := "stack " + f.Stack
		if f.API != "" {
			group = "API " + f.API
		}
		if byGroup[group] == nil {
			groups = append(groups, group)
		}
		byGroup[group] = append(byGroup[group], f)
	}
	for i, group := range groups {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintln(&b, group)
		for _, f := range byGroup[group] {
			fmt.Fprintf(&b, "\n  %s  %s\n", label(f), f.Rule)
			fmt.Fprintf(&b, "    %s\n", place(f))
			fmt.Fprintf(&b, "    %s\n", indented(f.Message))
			if f.Accepted != "" {
				fmt.Fprintf(&b, "    accepted: %s\n", indented(f.Accepted))
			} else {
				fmt.Fprintf(&b, "    fix: %s\n", indented(f.WayOut))
			}
		}
	}
	return b.Bytes()
}

func label(f rules.Finding) string {
	if f.Accepted != "" {
		return "accepted"
	}
	return string(f.Severity)
}

func place(f rules.Finding) string {
	at := f.Stack
	if f.LogicalID != "" {
		at += "/" + f.LogicalID
	}
	if f.ConstructPath != "" {
		return f.ConstructPath + " (" + f.LogicalID + ")"
	}
	return at
}

func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }

// findingJSON is a finding in the output of --json. Its names are stable.
type findingJSON struct {
	Rule          string `json:"rule"`
	Severity      string `json:"severity"`
	Stack         string `json:"stack"`
	LogicalID     string `json:"logicalId,omitempty"`
	ConstructPath string `json:"constructPath,omitempty"`
	API           string `json:"api,omitempty"`
	Message       string `json:"message"`
	WayOut        string `json:"wayOut"`
	Accepted      string `json:"accepted,omitempty"`
}

func findingsJSON(findings []rules.Finding) []byte {
	out := make([]findingJSON, len(findings))
	for i, f := range findings {
		out[i] = findingJSON{
			f.Rule, string(f.Severity), f.Stack, f.LogicalID, f.ConstructPath, f.API, f.Message, f.WayOut, f.Accepted,
		}
	}
	return plainjson.Indent(map[string]any{"findings": out})
}

type ruleJSON struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Why      string `json:"why"`
	Looks    string `json:"looksAt"`
	WayOut   string `json:"wayOut"`
}

func ruleList(asJSON bool) []byte {
	if asJSON {
		var out []ruleJSON
		for _, r := range rules.All() {
			out = append(out, ruleJSON{r.ID, string(r.Severity), r.Why, r.Looks, r.WayOut})
		}
		return plainjson.Indent(map[string]any{"rules": out})
	}
	var b bytes.Buffer
	for i, r := range rules.All() {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s (%s)\n  %s\n  checks: %s\n  fix: %s\n", r.ID, r.Severity, r.Why, r.Looks, r.WayOut)
	}
	return b.Bytes()
}
