package secureapi

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// pluginName is what CDK's report calls the checks.
const pluginName = "Gatehouse"

// checks judge the finished assembly of an app, once, when it is synthesized. CDK calls them after it has written all
// templates, so they cost no walk of the tree.
type checks struct {
	dir    string       // the app's assembly
	apis   []string     // the paths of its APIs
	logins []knownLogin // of its APIs

	domains []plan.DomainUse // by its APIs
}

var _ awscdk.IPolicyValidationPlugin = (*checks)(nil)

// registered are the checks of apps. They are not in CDK's tree, say as metadata of the app: to list that again for
// each API takes time by the square of their number. jsii keeps the apps as long as the process, too.
var registered = struct {
	sync.Mutex
	of map[awscdk.App]*checks
}{of: map[awscdk.App]*checks{}}

// check registers the checks with the app, once an app. A tree whose root is a stage runs none, so it is refused.
func (b *builder) check() {
	root := b.node.Root()
	app, ok := root.(awscdk.App)
	if !ok {
		b.fail("the root of the tree is a %T, and only an app runs the checks of its templates: make an "+
			"awscdk.NewApp, "+
			"and the stack or the stage in it", root)
	}
	registered.Lock()
	defer registered.Unlock()
	c := registered.of[app]
	if c == nil {
		c = &checks{dir: *app.Outdir()}
		registered.of[app] = c
		awscdk.Validations_Of(app).AddPlugins(c)
	}
	c.apis = append(c.apis, b.path)
	c.logins = b.noteLogins(c.logins)
	c.domains = b.noteDomain(c.domains)
}

func (*checks) Name() *string       { return jsii.String(pluginName) }
func (*checks) Version() *string    { return nil }
func (*checks) RuleIds() *[]*string { return jsii.Strings(rules.IDs()...) }

// Validate is called by CDK at synth. Errors are fatal in CDK's words, as others can be acknowledged for a whole app at
// once, of which the templates show nothing.
func (c *checks) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	if info, err := os.Stat(filepath.Join(c.dir, report)); err == nil && info.IsDir() { // of a synthesis that was stopped
		if err := os.Remove(filepath.Join(c.dir, report)); err != nil {
			panic(fmt.Errorf("secureapi: %w: remove it", err))
		}
	}
	// All templates of an app are much to have at a time, and this process has little else to do: collecting garbage early
	// takes some time and a third of the memory.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	assembly, err := cloudassembly.Read(c.dir)
	if err != nil {
		panic(fmt.Errorf("secureapi: the finished templates could not be checked: %w", err))
	}
	findings := append(rules.Check(assembly, rules.Options{}), c.lost(context, rules.Planned(assembly))...)
	violations := make([]*awscdk.PolicyViolation, len(findings))
	for i, f := range findings {
		violations[i] = violation(f)
	}
	failing := rules.Failing(findings)
	if len(failing) > 0 && unheard(context.AppConstruct()) {
		c.withdraw(failing)
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(len(failing) == 0), Violations: &violations}
}

// unheard reports whether a failing report would not fail the synthesis. In the mode "process" CDK sets the exit status
// of its engine, which is another process than a Go app; and where the CDK command line is to read the report, there
// has to be one.
// Source: aws-cdk-lib 2.270.0, core/lib/private/synthesis-validation.js, which 2.277.0 has too
func unheard(root constructs.IConstruct) bool {
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

// report is the file that CDK writes after the plugins have run.
// Source: aws-cdk-lib 2.270.0, cx-api/lib/cxapi.js (VALIDATION_REPORT_FILE)
const report = "validation-report.json"

// withdraw says what fails, and takes the assembly's manifest away, so that nothing can deploy it. CDK 2.270 fails
// where a plugin changes the assembly. Newer releases look at that no longer: they fail as a folder is where they write
// their report. [checks.Validate] removes it in the next synthesis.
func (c *checks) withdraw(failing []rules.Finding) {
	var b strings.Builder
	b.WriteString("secureapi: the finished templates are not as the access table says, so the cloud assembly is " +
		"withdrawn:\n")
	for _, f := range failing {
		place := cmp.Or(f.ConstructPath, f.Stack+"/"+f.LogicalID)
		fmt.Fprintf(&b, "  - %s: %s: %s: %s\n", place, f.Rule, f.Message, f.WayOut)
	}
	fmt.Fprint(os.Stderr, b.String())
	if err := os.Remove(filepath.Join(c.dir, "manifest.json")); err != nil {
		panic(fmt.Errorf("secureapi: the cloud assembly could not be withdrawn: %w", err))
	}
	file := filepath.Join(c.dir, report)
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		panic(fmt.Errorf("secureapi: the synthesis could not be stopped: %w", err))
	}
	if err := os.Mkdir(file, 0o755); err != nil {
		panic(fmt.Errorf("secureapi: the synthesis could not be stopped: %w", err))
	}
}

// lost are the APIs of the app whose plan the templates do not have, so that no rule holds them to it.
func (c *checks) lost(context awscdk.IPolicyValidationContext, planned []string) (out []rules.Finding) {
	for _, path := range c.apis {
		if slices.Contains(planned, path) || !exists(context.AppConstruct(), path) {
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

func violation(f rules.Finding) *awscdk.PolicyViolation {
	severity := "fatal"
	if f.Severity == rules.Warning {
		severity = "warning"
	}
	at := &awscdk.PolicyViolatingResource{Locations: &[]*string{}}
	if f.LogicalID != "" {
		at.ResourceLogicalId, at.TemplatePath = &f.LogicalID, &f.File
	} else {
		at.ConstructPath = &f.Stack
	}
	return &awscdk.PolicyViolation{
		RuleName: &f.Rule, Description: &f.Message, Fix: &f.WayOut, Severity: &severity,
		ViolatingResources: &[]*awscdk.PolicyViolatingResource{at},
	}
}
