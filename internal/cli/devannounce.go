package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// announce prints what is served, how to try it, and last where.
func (d *dev) announce(ctx context.Context) error {
	a, _, err := readAssembly(d.assembly, d.flags.parameters)
	if err != nil {
		return err
	}
	model := d.gateway.Model()
	m, unknown := matrix.Of(model, "")
	m.APIs = d.only(m.APIs)
	d.announceRoutes(model, m)
	if unknown != nil {
		d.note("dev", "not all of it can be told: %v", unknown)
	}
	if len(a.Missing) > 0 {
		d.note("dev", "the app asks for values that AWS has to be asked for (%s): run \"cdk synth\" once, which keeps them in cdk.context.json",
			strings.Join(a.Missing, ", "))
	}
	d.announceProblems()
	d.announceTables(model)
	d.announcePermissions()
	d.announceOwn(model)
	d.noteParameters("dev", a, d.flags.parameters)
	keys := d.gateway.AccessKeys()
	d.announceForeign()
	ctx, cancel := context.WithTimeout(ctx, trying)
	defer cancel()
	examples, notes := tryout.Make(ctx, tryout.Options{
		Gateway: d.gateway, URL: d.url, Matrix: m, Now: d.now, Issuer: d.flags.issuer, Audience: d.flags.audience,
	})
	d.announceAddress(examples)
	d.announceExamples(examples, notes)
	d.announceKeys(m, keys)
	d.announceConsole()
	d.announceWatch()
	if d.log.JSON() {
		d.log.Object(map[string]string{"event": "listening", "url": d.url})
	} else {
		d.log.Text("listening on " + d.url)
	}
	return nil
}

// only leaves the APIs that are served, as [localgateway.Options] has it.
func (d *dev) only(apis []matrix.API) (out []matrix.API) {
	for _, api := range apis {
		if name := d.flags.api; name == "" || api.ID.String() == name || api.Name == name || strings.HasPrefix(api.Name, name+" [") {
			out = append(out, api)
		}
	}
	return out
}

func (d *dev) announceRoutes(model *apimodel.Model, m matrix.Matrix) {
	if d.log.JSON() {
		var compact any
		if err := json.Unmarshal(m.JSON(), &compact); err == nil {
			d.log.Object(map[string]any{"event": "routes", "matrix": compact})
		}
	} else {
		d.log.Text(string(m.Routes()) + "\n")
	}
	for _, served := range m.APIs {
		for _, api := range model.APIs {
			if api.ID != served.ID {
				continue
			}
			for _, stage := range api.Stages {
				mount := d.gateway.Mount(api.ID, stage.Name)
				url := d.url + "/" + mount
				if d.log.JSON() {
					d.log.Object(map[string]string{"event": "stage", "api": served.String(), "url": url})
				} else {
					text := served.String() + " is at " + url
					if mount != stage.Name {
						text += ", as another API has the stage " + stage.Name + " too: its functions see " + stage.Name
					}
					d.log.Text(text)
				}
			}
		}
	}
}

// announceProblems tells what is not as it is on AWS.
func (d *dev) announceProblems() {
	for _, p := range d.gateway.Problems() {
		if d.log.JSON() {
			d.log.Object(map[string]string{"event": "problem", "text": p})
		} else {
			d.log.Text("not as on AWS: " + p)
		}
	}
}

// trying is how long the dry runs of examples may take: an authorizer may wait for what is not there.
const trying = 5 * time.Second

// announceForeign says how to build functions that were built for Lambda for this machine.
func (d *dev) announceForeign() {
	foreign := func(r apigateway.Route) bool { return strings.Contains(r.Why, lambdaruntime.NotForHost) }
	if slices.ContainsFunc(d.gateway.Routes(), foreign) {
		d.note("dev", "functions were built for Lambda, so their routes answer 501: synthesize with %s=1, as in \"%s=1 npx cdk synth\", or leave --assembly out",
			cdkapp.HostBuildVariable, cdkapp.HostBuildVariable)
	}
}

// dynamoVariable is where the AWS SDKs look for another endpoint of Amazon DynamoDB.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const dynamoVariable = "AWS_ENDPOINT_URL_DYNAMODB"

func (d *dev) announceTables(model *apimodel.Model) {
	if _, told := d.flags.env[dynamoVariable]; told || len(model.Tables) == 0 {
		return
	}
	var names []string
	for _, t := range model.Tables {
		names = append(names, t.ID.String())
	}
	d.note("dev", "DynamoDB is not run here (%s). Functions that need it can be given one on this machine: --env %s=http://127.0.0.1:8000",
		strings.Join(names, ", "), dynamoVariable)
}

// announcePermissions names the routes and authorizers whose functions API Gateway may not invoke.
func (d *dev) announcePermissions() {
	for _, note := range d.gateway.Permissions() {
		d.note("dev", "%s", note)
	}
}

// announceAddress tells the way out where a resource policy keeps this machine out.
func (d *dev) announceAddress(examples []tryout.Example) {
	kept := slices.ContainsFunc(examples, func(e tryout.Example) bool { return e.Limited })
	switch {
	case !kept:
	case d.flags.sourceIP == "":
		d.note("dev", "a resource policy does not allow 127.0.0.1: send requests from another address with --source-ip, such as --source-ip 203.0.113.7")
	default:
		d.note("dev", "a resource policy does not allow %s: name another address with --source-ip", d.flags.sourceIP)
	}
}

// announceOwn tells of variables that were given in vain, as a function has a value of its own for them.
func (d *dev) announceOwn(model *apimodel.Model) {
	for _, name := range slices.Sorted(maps.Keys(d.flags.env)) {
		var own []string
		for _, f := range model.Functions {
			if value, has := f.Environment[name]; has && value != d.flags.env[name] {
				own = append(own, f.ID.String())
			}
		}
		if len(own) > 0 {
			d.note("dev", "--env %s is not for %s: the template has another value there, and that one holds", name, strings.Join(own, ", "))
		}
	}
}

func (d *dev) announceExamples(examples []tryout.Example, notes []string) {
	for _, n := range notes {
		d.note("dev", "%s", n)
	}
	var b strings.Builder
	for _, e := range examples {
		if d.log.JSON() {
			d.log.Object(map[string]any{"event": "example", "status": e.Status, "text": e.Why, "curl": e.Curl()})
			continue
		}
		outcome := "for the function to say"
		if e.Status != 0 {
			outcome = fmt.Sprint(e.Status)
		}
		fmt.Fprintf(&b, "# %s: %s\n%s\n", outcome, e.Why, e.Curl())
	}
	if b.Len() > 0 {
		d.log.Text("\nTo try it (the tokens last an hour; \"gatehouse help token\" tells how to make others):\n\n" + b.String() + "\n")
	}
}

// announceKeys lists the keys for Signature Version 4, if anything wants them.
func (d *dev) announceKeys(m matrix.Matrix, keys []checks.AccessKey) {
	wanted := false
	for _, api := range m.APIs {
		for _, r := range api.Routes {
			wanted = wanted || r.Kind == matrix.IAM
		}
	}
	if !wanted {
		return
	}
	for _, k := range keys {
		who := "developer, who may call everything"
		if k.Principal != nil {
			who = k.Principal.ID.String() + ", by its policies"
		}
		of := "key"
		if k.SessionToken != "" {
			of = "temporary credentials"
		}
		if d.log.JSON() {
			object := map[string]string{"event": "key", "id": k.ID, "secret": k.Secret, "text": who}
			if k.SessionToken != "" {
				object["token"] = k.SessionToken
			}
			d.log.Object(object)
			continue
		}
		arguments := "--user " + tryout.Quote(k.ID+":"+k.Secret)
		if k.SessionToken != "" {
			arguments += " -H " + tryout.Quote(tryout.SecurityToken+": "+k.SessionToken)
		}
		d.log.Text("# the " + of + " of " + who + "\n" + arguments + "\n")
	}
}
