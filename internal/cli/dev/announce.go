package dev

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/sessiontables"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// announcement says what is served, how to try it, and where.
type announcement struct {
	routes   matrix.Matrix
	stages   []servedStage
	apps     []servedApp
	problems differences
	examples []tryout.Example
	revokers []revoker          // for issuers whose tokens are introspected
	keys     []checks.AccessKey // for Signature Version 4; none if no route needs it
	console  string             // the console's URL
	watched  string             // the watched folder; "" without --watch
	url      string
}

// servedStage is a stage of an API.
type servedStage struct {
	api, url string
	sees     string // the stage's name in events if the URL has another one, else ""
}

func (s servedStage) String() string {
	text := s.api + " is at " + s.url
	if s.sees != "" {
		text += ", as another API has the stage " + s.sees + " too: its functions see " + s.sees
	}
	return text
}

// trying limits the time for the dry runs of examples: an authorizer may wait for something that does not exist.
const trying = 5 * time.Second

// announce makes the announcement, and writes notes about what may surprise users.
func announce(
	ctx context.Context, p *command.Process, f flags, src *source, g *apigateway.Gateway, url string,
) (announcement, error) {
	assembly, _, err := command.ReadAssembly(src.assembly, f.parameters)
	if err != nil {
		return announcement{}, err
	}
	model := g.Model()
	routes, unknown := matrix.Of(model, "")
	routes.APIs = slices.DeleteFunc(routes.APIs, func(api matrix.API) bool { return !f.serves(api) })

	note := func(format string, args ...any) { p.Note("dev", format, args...) }
	if unknown != nil {
		note("the routes are incomplete: %v", unknown)
	}
	src.noteMessages()
	noteTemplates(note, f, assembly, model)
	p.NoteParameters("dev", assembly, f.parameters)
	noteFunctions(note, g)

	ctx, cancel := context.WithTimeout(ctx, trying)
	defer cancel()
	examples, without := tryout.Make(ctx, tryout.Options{
		Gateway: g, URL: url, Matrix: routes, Now: p.Now, Issuer: f.issuer, Audience: f.audience,
	})
	for _, n := range without {
		note("%s", n)
	}
	noteAddress(note, f, examples)

	a := announcement{
		routes: routes, stages: stages(g, model, routes, url), apps: servedApps(g, routes, f.origin(url)),
		problems: differencesOf(g), examples: examples, revokers: revokers(g), keys: keys(g, routes),
		console: url + "/", url: url,
	}
	if f.watch {
		a.watched = src.watched()
	}
	return a, nil
}

// serves reports whether an API is served, by the rule of [apigateway.Options].
func (f *flags) serves(api matrix.API) bool {
	return f.api == "" || api.ID.String() == f.api || api.Name == f.api || strings.HasPrefix(api.Name, f.api+" [")
}

// stages lists the stages of the APIs with their addresses.
func stages(g *apigateway.Gateway, model *apimodel.Model, routes matrix.Matrix, url string) (out []servedStage) {
	for _, served := range routes.APIs {
		for _, api := range model.APIs {
			if api.ID != served.ID {
				continue
			}
			for _, stage := range api.Stages {
				s := servedStage{api: served.String(), url: url + "/" + g.Mount(api.ID, stage.Name)}
				if g.Mount(api.ID, stage.Name) != stage.Name {
					s.sees = stage.Name
				}
				out = append(out, s)
			}
		}
	}
	return out
}

// revoker is where the development issuer revokes an issuer's tokens.
type revoker struct{ issuer, url string }

// revokers lists the revokers of issuers that authorizers ask about their tokens.
func revokers(g *apigateway.Gateway) (out []revoker) {
	p := g.Issuer()
	if p == nil {
		return nil
	}
	for _, i := range p.Issuers() {
		r := revoker{i.URL, p.RevocationURL(i.URL)}
		if i.Introspection != nil && r.url != "" && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// keys lists the keys for Signature Version 4, if a route needs them.
func keys(g *apigateway.Gateway, routes matrix.Matrix) []checks.AccessKey {
	signed := func(r matrix.Route) bool { return r.Kind == matrix.IAM }
	if !slices.ContainsFunc(routes.APIs, func(api matrix.API) bool { return slices.ContainsFunc(api.Routes, signed) }) {
		return nil
	}
	return g.AccessKeys()
}

// dynamoVariable is the variable that sets the endpoint of Amazon DynamoDB in AWS SDKs.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const dynamoVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// noteTemplates writes notes about what the templates leave open, and about variables without an effect on a function.
func noteTemplates(note func(string, ...any), f flags, a *cloudassembly.Assembly, model *apimodel.Model) {
	if len(a.Missing) > 0 {
		note("the app needs values that CDK looks up in AWS (%s): run \"cdk synth\" once, which saves them in "+
			"cdk.context.json", strings.Join(a.Missing, ", "))
	}
	var names []string
	ours := sessiontables.In(model) // these run here
	for _, t := range model.Tables {
		if !ours[t.Name] {
			names = append(names, t.ID.String())
		}
	}
	if _, given := f.env[dynamoVariable]; !given && len(names) > 0 {
		note("no DynamoDB runs here for %s: to use one, such as DynamoDB local, add --env %s=http://127.0.0.1:8000",
			strings.Join(names, ", "), dynamoVariable)
	}
	for _, name := range slices.Sorted(maps.Keys(f.env)) {
		var own []string
		for _, function := range model.Functions {
			if value, has := function.Environment[name]; has && value != f.env[name] {
				own = append(own, function.ID.String())
			}
		}
		if len(own) > 0 {
			note("--env %s has no effect on %s: the template sets another value", name, strings.Join(own, ", "))
		}
	}
}

// noteFunctions writes notes about functions that API Gateway may not invoke, or that cannot run here.
func noteFunctions(note func(string, ...any), g *apigateway.Gateway) {
	for _, p := range g.Permissions() {
		note("%s", p)
	}
	foreign := func(r apigateway.Route) bool { return strings.Contains(r.Why, lambdaruntime.NotForHost) }
	if slices.ContainsFunc(g.Routes(), foreign) {
		note("functions were built for Lambda, so their routes answer 501: synthesize with %s=1, as in "+
			"\"%s=1 npx cdk synth\", or leave --assembly out", cdkapp.HostBuildVariable, cdkapp.HostBuildVariable)
	}
}

// noteAddress writes a note about --source-vpce or --source-ip if a resource policy denies this machine.
func noteAddress(note func(string, ...any), f flags, examples []tryout.Example) {
	if !slices.ContainsFunc(examples, func(e tryout.Example) bool { return e.Limited }) {
		return
	}
	elsewhere := func(e tryout.Example) bool {
		return e.Limited && e.Through != "" && e.Through != f.sourceVPCE && e.Through != f.sourceVPC
	}
	if n := slices.IndexFunc(examples, elsewhere); n >= 0 {
		what, flag := "VPC", "--source-vpc"
		if strings.HasPrefix(examples[n].Through, "vpce-") {
			what, flag = "VPC endpoint", "--source-vpce"
		}
		note("the resource policy of a private API does not allow this machine: set the %s that requests come through with "+
			"%s, such as %[2]s %[3]s", what, flag, examples[n].Through)
		return
	}
	if f.sourceIP == "" {
		note("a resource policy does not allow 127.0.0.1: set the source address of requests with --source-ip " +
			"to one that the policy allows")
		return
	}
	note("a resource policy does not allow %s: set another address with --source-ip", f.sourceIP)
}

// outcome describes the status of an example.
func outcome(e tryout.Example) string {
	if e.Status == 0 {
		return "decided by the " + e.Called
	}
	return fmt.Sprint(e.Status)
}
