package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/openapi"
)

var openapiCommand = command.Command{
	Name:    "openapi",
	Summary: "print a REST API of the assembly as an OpenAPI document",
	Usage: `usage: gatehouse openapi [flags]

Prints an OpenAPI 3.1 document, for clients and for readers: the API's
routes, their parameters, the bodies that their models accept, with
examples, the guards and API keys as security schemes, and API Gateway's
own refusals. Who may call a route is in x-gatehouse-who and
x-gatehouse-requires. The document does not say what functions answer.

  --assembly DIR            the cloud assembly (default ` + command.DefaultAssembly + `)
  --api NAME                one of several APIs, by name or by ID, such as
                            Shop/Api (default the only one)
  --server URL              an address of the API; repeatable (default
                            those of its custom domains)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable

The output is the same for every synthesis of the same app.

  gatehouse openapi > openapi.json
`,
	Flags: func() *flag.FlagSet { return new(openapiFlags).set() },
	Run:   printOpenAPI,
}

type openapiFlags struct {
	assembly, api string
	servers       command.List
	parameters    command.Pairs
}

func (o *openapiFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("openapi", flag.ContinueOnError)
	f.StringVar(&o.assembly, "assembly", command.DefaultAssembly, "")
	f.StringVar(&o.api, "api", "", "")
	f.Var(&o.servers, "server", "")
	f.Var(&o.parameters, "parameters", "")
	return f
}

func (o *openapiFlags) parse(args []string) error {
	set := o.set()
	if err := command.Parse(set, args); err != nil {
		return err
	}
	if err := command.NotEmpty(set, "api"); err != nil {
		return err
	}
	for i, server := range o.servers {
		u, err := url.Parse(server)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return command.Wrongly("--server %q: want a URL without a query, such as https://api.example.com/v1", server)
		}
		o.servers[i] = strings.TrimSuffix(server, "/") // paths of the document begin with a slash
	}
	return nil
}

func printOpenAPI(_ context.Context, p *command.Process, args []string) error {
	var o openapiFlags
	if err := o.parse(args); err != nil {
		return err
	}
	a, model, err := command.ReadAssembly(o.assembly, o.parameters)
	if err != nil {
		return err
	}
	p.NoteParameters("openapi", a, o.parameters)
	m, unknown := matrix.Of(model, "")
	described, err := o.choose(model, m)
	if err != nil {
		return err
	}
	if len(described.Servers) == 0 {
		described.Servers = openapi.ServersOf(model, described.Model)
	}
	document := openapi.Of(described)
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	if err := p.Print("the OpenAPI document", append(text, '\n')); err != nil {
		return err
	}
	if len(described.Servers) == 0 {
		p.Note("openapi", "the document has no server, since no custom domain of the API is known: give --server, such as "+
			"the URL that a deployment prints")
	}
	if len(document.LeftOut) > 0 {
		p.Note("openapi", "the document leaves out %s: in OpenAPI, a path with {name+} is the same as one with {name}",
			strings.Join(document.LeftOut, ", "))
	}
	if unknown != nil {
		return fmt.Errorf("%s: the document is incomplete: %w", o.assembly, unknown)
	}
	return nil
}

// choose returns the API that the flags name, or the only one.
func (o *openapiFlags) choose(model *apimodel.Model, m matrix.Matrix) (openapi.API, error) {
	var found []openapi.API
	var names []string
	for _, row := range m.APIs {
		api := model.APIs[slices.IndexFunc(model.APIs, func(a *apimodel.API) bool { return a.ID == row.ID })]
		names = append(names, fmt.Sprintf("%s (%q)", api.ID, api.Name))
		if slices.Contains([]string{"", api.ID.String(), api.Name, row.String()}, o.api) {
			found = append(found, openapi.API{
				Model: api, Matrix: row, Servers: o.servers, ClientCertificate: openapi.NeedsCertificate(model, api),
			})
		}
	}
	list := strings.Join(names, ", ")
	switch {
	case len(names) == 0:
		return openapi.API{}, fmt.Errorf("%s: the assembly has no REST API", o.assembly)
	case len(found) == 0:
		return openapi.API{}, fmt.Errorf("--api %q: the assembly has no such API: give one of %s", o.api, list)
	case len(found) > 1 && o.api != "":
		return openapi.API{}, fmt.Errorf("--api %q: several APIs have this name: give one of %s", o.api, list)
	case len(found) > 1:
		return openapi.API{}, fmt.Errorf("the assembly has several APIs: give one with --api: %s", list)
	}
	return found[0], nil
}
