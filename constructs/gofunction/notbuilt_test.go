package gofunction

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// published does what the CDK command line does with a file asset: it opens the file, or packs the folder.
// Source: https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/cdk-assets-lib/lib/private/handlers/files.ts
func published(outdir, path, packaging string) error {
	if packaging != "file" {
		return nil // a folder that is not there makes an empty zip file
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(outdir, path)
	}
	f, err := os.Open(path)
	if err == nil {
		f.Close()
	}
	return err
}

type fileAsset struct{ Path, Packaging, DisplayName string }

// fileAssets are those of the stack Shop: of its asset manifest, or of the metadata that the legacy synthesizer writes.
func fileAssets(t *testing.T, outdir string) (found []fileAsset) {
	t.Helper()
	read := func(name string, into any) {
		data, err := os.ReadFile(filepath.Join(outdir, name))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	var manifest struct {
		Files map[string]struct {
			DisplayName string
			Source      fileAsset
		}
	}
	read("Shop.assets.json", &manifest)
	for _, f := range manifest.Files {
		f.Source.DisplayName = f.DisplayName
		found = append(found, f.Source)
	}
	var metadata map[string][]struct {
		Type string
		Data json.RawMessage
	}
	read("Shop.metadata.json", &metadata)
	for _, entry := range slices.Concat(slices.Collect(maps.Values(metadata))...) {
		var asset fileAsset
		if entry.Type != "aws:cdk:asset" {
			continue
		}
		if err := json.Unmarshal(entry.Data, &asset); err != nil {
			t.Fatal(err)
		}
		found = append(found, asset)
	}
	return found
}

// A function of a stack that was not selected is not built, not even if it cannot be, and cannot be published.
func TestNotBuilt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		props   func() *awscdk.StackProps
		context map[string]any
	}{
		{name: "the default synthesizer", props: func() *awscdk.StackProps { return nil }},
		{name: "a given synthesizer", props: func() *awscdk.StackProps {
			return &awscdk.StackProps{Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{Qualifier: jsii.String("own")})}
		}},
		{name: "the legacy synthesizer", props: func() *awscdk.StackProps {
			return &awscdk.StackProps{Synthesizer: awscdk.NewLegacyStackSynthesizer()}
		}},
		{
			name:    "no staging",
			props:   func() *awscdk.StackProps { return nil },
			context: map[string]any{noStagingContext: true},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outdir, context := t.TempDir(), map[string]any{"aws:cdk:bundling-stacks": []string{"Other"}}
			maps.Copy(context, tt.context)
			app := awscdk.NewApp(&awscdk.AppProps{Outdir: &outdir, Context: &context})
			stack := awscdk.NewStack(app, jsii.String("Shop"), tt.props())
			New(stack, "Orders", &Props{Package: "example.com/nowhere"})
			app.Synth(nil)

			found := fileAssets(t, outdir)
			refused := 0
			for _, f := range found {
				if strings.HasSuffix(f.Path, ".template.json") {
					continue
				}
				if err := published(outdir, f.Path, f.Packaging); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%+v: publishing gives %v, expected that there is no file", f, err)
				}
				if want := "Orders/Code, not built: the CDK command line did not select the stack of Shop/Orders"; f.DisplayName != "" &&
					(!strings.HasPrefix(f.DisplayName, want) || !strings.Contains(f.DisplayName, `"cdk deploy Shop"`)) {
					t.Errorf("it is called %q, expected %q and the way out", f.DisplayName, want)
				}
				refused++
			}
			if refused != 1 {
				t.Errorf("%d assets, expected the function's: %+v", refused, found)
			}
		})
	}
}

// The local gateway says so, too.
func TestNotBuiltInTheAssembly(t *testing.T) {
	outdir := t.TempDir()
	stack := newStackIn(outdir, map[string]any{"aws:cdk:bundling-stacks": []string{"Other"}})
	New(stack, "Orders", &Props{Package: "example.com/nowhere"})
	resources(t, stack)
	assembly, err := cloudassembly.Read(outdir)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, stack := range assembly.Stacks() {
		for _, resource := range stack.Template.Resources {
			if resource.Type != "AWS::Lambda::Function" {
				continue
			}
			looked++
			key, _ := resource.Properties["Code"].(map[string]any)["S3Key"].(string)
			_, err := stack.Asset(key)
			if !errors.Is(err, cloudassembly.ErrNoAsset) ||
				!strings.Contains(err.Error(), "Orders/Code is not built: the CDK command line") {
				t.Errorf("%s: %v, expected that it is not built", key, err)
			}
		}
	}
	if looked != 1 {
		t.Errorf("%d functions, expected one", looked)
	}
}

// Whether a stack is selected shows in the hash of the asset alone, so that snapshots need no build.
func TestNotBuiltHasTheSameTemplate(t *testing.T) {
	templates := map[string]map[string]map[string]any{}
	for _, selected := range []string{"Shop", "Other"} {
		stack := newStack(t, map[string]any{"aws:cdk:bundling-stacks": []string{selected}})
		New(stack, "Orders", &Props{Package: "./orders-fn", Dir: shop})
		all := resources(t, stack)
		for _, resource := range all {
			if resource["Type"] == "AWS::Lambda::Function" {
				code := resource["Properties"].(map[string]any)["Code"].(map[string]any)
				if hash, ok := strings.CutSuffix(code["S3Key"].(string), ".zip"); !ok || len(hash) != 64 {
					t.Errorf("%s selected: key %v, expected a hash with .zip", selected, code["S3Key"])
				}
				code["S3Key"] = "masked"
			}
		}
		templates[selected] = all
	}
	if diff := cmp.Diff(templates["Shop"], templates["Other"]); diff != "" {
		t.Errorf("the templates differ:\n%s", diff)
	}
}

func TestNotBuiltStillChecksProperties(t *testing.T) {
	stack := newStack(t, map[string]any{"aws:cdk:bundling-stacks": []string{"Other"}})
	if err := recovered(func() { New(stack, "Wrong", &Props{}) }); !errors.Is(err, ErrProps) {
		t.Errorf("panicked with %v, expected that wrong properties stay wrong", err)
	}
}
