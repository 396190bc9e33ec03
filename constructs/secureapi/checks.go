package secureapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// pluginName is what CDK's report calls the checks.
const pluginName = "Gatehouse"

// checks judge the finished assembly of an app, once, when it is synthesized. CDK calls them after it has written all
// templates, so they cost no walk of the tree.
type checks struct {
	key  string   // in registered
	dir  string   // the app's assembly
	apis []string // the paths of its APIs
}

var _ awscdk.IPolicyValidationPlugin = (*checks)(nil)

// checkedMetadata is at the root of an app whose assembly is checked already, with the key of its checks.
const checkedMetadata = "gatehouse:checked"

// registered are the checks of apps that are not synthesized yet.
var registered = struct {
	sync.Mutex
	next  int
	byKey map[string]*checks
}{byKey: map[string]*checks{}}

// check registers the checks with the app, once an app. A tree whose root is a stage runs none, so it is refused.
func (b *builder) check() {
	root := b.api.Node().Root()
	app, ok := root.(awscdk.App)
	if !ok {
		b.fail("the root of the tree is a %T, and only an app runs the checks of its templates: make an awscdk.NewApp, and the stack or the stage in it", root)
	}
	registered.Lock()
	defer registered.Unlock()
	for _, entry := range *app.Node().Metadata() {
		if key, ok := entry.Data.(string); ok && *entry.Type == checkedMetadata {
			if c := registered.byKey[key]; c != nil {
				c.apis = append(c.apis, b.path)
			}
			return
		}
	}
	registered.next++
	c := &checks{key: strconv.Itoa(registered.next), dir: *app.Outdir(), apis: []string{b.path}}
	registered.byKey[c.key] = c
	app.Node().AddMetadata(jsii.String(checkedMetadata), c.key, nil)
	awscdk.Validations_Of(app).AddPlugins(c)
}

func (*checks) Name() *string       { return jsii.String(pluginName) }
func (*checks) Version() *string    { return nil }
func (*checks) RuleIds() *[]*string { return jsii.Strings(rules.IDs()...) }

// Validate is called by CDK at synth. Errors are fatal in CDK's words, as others can be acknowledged for a whole app at
// once, of which the templates show nothing.
func (c *checks) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	registered.Lock()
	delete(registered.byKey, c.key)
	registered.Unlock()
	assembly, err := cloudassembly.Read(c.dir)
	if err != nil {
		panic(fmt.Errorf("secureapi: the finished templates could not be checked: %w", err))
	}
	findings := append(rules.Check(assembly, rules.Options{}), c.lost(context, rules.Planned(assembly))...)
	violations := make([]*awscdk.PolicyViolation, len(findings))
	for i, f := range findings {
		violations[i] = violation(f)
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(len(rules.Failing(findings)) == 0), Violations: &violations}
}

// lost are the APIs of the app whose plan the templates do not have, so that no rule holds them to it.
func (c *checks) lost(context awscdk.IPolicyValidationContext, planned []string) (out []rules.Finding) {
	for _, path := range c.apis {
		if slices.Contains(planned, path) || !exists(context.AppConstruct(), path) {
			continue
		}
		out = append(out, rules.Finding{
			Rule: rules.HiddenMethods, Severity: rules.Error, Stack: path, API: path,
			Message: fmt.Sprintf("the templates have no %s for the API %s, so nothing holds it to its table", rules.PlanMetadata, path),
			WayOut:  "leave the metadata of the API as secureapi.New writes it",
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
