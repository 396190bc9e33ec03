package secureapi

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/batch"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// checks judges the finished assembly of an app once, at synthesis. CDK's engine calls it after it has written all
// templates, so it does not have to walk the tree.
//
// It becomes a CDK plugin only if there is something to report. Before and after a plugin runs, CDK reads each file of
// the assembly to verify that the plugin has not changed it. With the included authorizer that is 18 MB, which takes
// longer than the rules.
type checks struct {
	app    awscdk.App
	dir    string       // the app's assembly
	apis   []string     // the paths of its APIs
	routes int          // the number of routes of all APIs
	logins []knownLogin // of its APIs

	domains []domain.Use // how its APIs use domains

	report *report // nil until something is found
}

var _ constructs.IValidation = (*checks)(nil)

// registered has the checks of each app. They are not in CDK's tree, for example as metadata of the app, because
// listing that again for each API would take quadratic time. The apps are not collected, but jsii keeps them as long as
// the process anyway.
var registered = struct {
	sync.Mutex
	of map[awscdk.App]*checks
}{of: map[awscdk.App]*checks{}}

// check registers the checks with the app, once for each app. A tree whose root is a stage runs no checks, so it is
// refused.
func (b *builder) check() {
	app, ok := b.root.(awscdk.App)
	if !ok {
		b.fail("the root of the tree is a %T, and only an app runs the checks of its templates: make an "+
			"awscdk.NewApp, and the stack or the stage in it", b.root)
	}
	registered.Lock()
	defer registered.Unlock()
	c := registered.of[app]
	if c == nil {
		c = &checks{app: app, dir: *app.Outdir()}
		registered.of[app] = c
		batch.Check(app, c)
	}
	c.apis = append(c.apis, b.path)
	c.routes += len(b.plan.Routes)
	c.logins = b.noteLogins(c.logins)
	c.domains = b.noteDomain(c.domains)
}

// routesOf returns the number of routes of the APIs that are built in the tree of a root.
func routesOf(root constructs.IConstruct) int {
	registered.Lock()
	defer registered.Unlock()
	if app, ok := root.(awscdk.App); ok && registered.of[app] != nil {
		return registered.of[app].routes
	}
	return 0
}

// Validate is called by CDK's engine at synth. It makes CDK report what the rules find, and fail. The messages that it
// returns are about findings that would not make CDK fail.
func (c *checks) Validate() *[]*string {
	findings := c.find()
	if failing := rules.Failing(findings); len(failing) > 0 && ignoresReport(c.app) {
		return jsii.Strings(c.withdraw(failing))
	}
	switch {
	case c.report != nil: // from an earlier synthesis
		c.report.findings = findings
	case len(findings) > 0:
		c.report = &report{findings}
		awscdk.Validations_Of(c.app).AddPlugins(c.report)
	}
	return jsii.Strings()
}

// find runs the rules.
func (c *checks) find() []rules.Finding {
	if c.routes > manyRoutes {
		runtime.GC() // the next collection would run beside the checks, which would take new memory meanwhile
		defer collectEarly(15)()
	}
	assembly, err := cloudassembly.Read(c.dir)
	if err != nil {
		panic(fmt.Errorf("secureapi: the finished templates could not be checked: %w", err))
	}
	return append(rules.Check(assembly, rules.Options{}), c.lost(rules.Planned(assembly))...)
}

// ignoresReport reports whether the synthesis succeeds although its report has failures. In the mode "process" CDK sets
// the exit status of its engine, which is another process than a Go app. If the CDK command line is to read the report,
// there must be one.
// Source: aws-cdk-lib 2.270.0, core/lib/private/synthesis-validation.js, which 2.277.0 has too
func ignoresReport(root constructs.IConstruct) bool {
	context := func(key string) string {
		value := root.Node().TryGetContext(&key)
		if value == nil {
			return ""
		}
		return fmt.Sprint(value)
	}
	if context("@aws-cdk/core:failSynthOnValidationErrors") == "false" {
		return os.Getenv("CDK_CLI_VERSION") == ""
	}
	mode := context("@aws-cdk/core:appMode")
	if mode != "process" && mode != "inmemory" {
		mode = os.Getenv("CDK_APP_MODE")
	}
	return mode == "process"
}

// withdraw returns a message about what fails, and removes the assembly's manifest, so that nothing can deploy it.
func (c *checks) withdraw(failing []rules.Finding) string {
	if err := os.Remove(filepath.Join(c.dir, "manifest.json")); err != nil {
		panic(fmt.Errorf("secureapi: the cloud assembly could not be withdrawn: %w", err))
	}
	var b strings.Builder
	b.WriteString("secureapi: the finished templates are not as the access table says, so the cloud assembly is " +
		"withdrawn:\n")
	for _, f := range failing {
		place := cmp.Or(f.ConstructPath, f.Stack+"/"+f.LogicalID)
		fmt.Fprintf(&b, "  - %s: %s: %s: %s\n", place, f.Rule, f.Message, f.WayOut)
	}
	return b.String()
}

// lost returns findings for the APIs of the app whose plan is not in the templates, so that no rule can check them.
func (c *checks) lost(planned []string) (out []rules.Finding) {
	for _, path := range c.apis {
		if slices.Contains(planned, path) || !exists(c.app, path) {
			continue
		}
		out = append(out, rules.Finding{
			Rule: rules.HiddenMethods, Severity: rules.Error, Stack: path, API: path,
			Message: fmt.Sprintf("the templates have no %s for the API %s, so nothing holds it to its "+
				"table", rules.PlanMetadata, path),
			WayOut: "leave the metadata of the API as secureapi.New writes it",
		})
	}
	return out
}

// exists reports whether a construct is still in the tree.
func exists(root constructs.IConstruct, path string) bool {
	for id := range strings.SplitSeq(path, "/") {
		if root = root.Node().TryFindChild(&id); root == nil {
			return false
		}
	}
	return true
}
