package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// pluginName is what CDK's report calls the checks.
const pluginName = "Gatehouse"

// checks judge the finished assembly of an app, once, when it is synthesized. CDK calls them after it has written all
// templates, so they cost no walk of the tree.
type checks struct {
	dir string // the app's assembly
}

var _ awscdk.IPolicyValidationPlugin = (*checks)(nil)

// checkedMetadata is at the root of an app whose assembly is checked already.
const checkedMetadata = "gatehouse:checked"

// check registers the checks with the app, once an app. A tree whose root is a stage runs none, so it is refused.
func (b *builder) check() {
	root := b.api.Node().Root()
	app, ok := root.(awscdk.App)
	if !ok {
		b.fail("the root of the tree is a %T, and only an app runs the checks of its templates: make an awscdk.NewApp, and the stack or the stage in it", root)
	}
	for _, entry := range *app.Node().Metadata() {
		if *entry.Type == checkedMetadata {
			return
		}
	}
	app.Node().AddMetadata(jsii.String(checkedMetadata), true, nil)
	awscdk.Validations_Of(app).AddPlugins(&checks{dir: *app.Outdir()})
}

func (*checks) Name() *string       { return jsii.String(pluginName) }
func (*checks) Version() *string    { return nil }
func (*checks) RuleIds() *[]*string { return jsii.Strings(rules.IDs()...) }

// Validate is called by CDK at synth. Errors are fatal in CDK's words, as others can be acknowledged for a whole app at
// once, of which the templates show nothing.
func (c *checks) Validate(awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	assembly, err := cloudassembly.Read(c.dir)
	if err != nil {
		panic(fmt.Errorf("secureapi: the finished templates could not be checked: %w", err))
	}
	findings := rules.Check(assembly, rules.Options{})
	violations := make([]*awscdk.PolicyViolation, len(findings))
	for i, f := range findings {
		violations[i] = violation(f)
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(len(rules.Failing(findings)) == 0), Violations: &violations}
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
