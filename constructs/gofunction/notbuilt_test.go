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

// published publishes a file asset as the CDK command line does, which opens the file or packs the folder.
// Source: https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/cdk-assets-lib/lib/private/handlers/files.ts
func published(outdir, path, packaging string) error {
	if packaging != "file" {
		return nil // the command line packs a missing folder into an empty zip file
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

// fileAssets returns the file assets of the stack Shop, from its asset manifest or from the metadata of the legacy
// synthesizer.
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

// A function of a stack that was not selected is not built, so a wrong package is no error. The asset cannot be
// published.
func TestNotBuilt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		props   func() *awscdk.StackProps
		context map[string]any
	}{
		{name: "the default synthesizer", props: func() *awscdk.StackProps { return nil }},
		{name: "a given synthesizer", props: func() *awscdk.StackProps {
			return &awscdk.StackProps{
				Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
					Qualifier: jsii.String("own"),
				}),
			}
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
					t.Errorf("publishing %+v: got %v, want that the file does not exist", f, err)
				}
				const want = "Orders/Code, not built: the CDK command line did not select the stack of Shop/Orders"
				if f.DisplayName != "" &&
					(!strings.HasPrefix(f.DisplayName, want) || !strings.Contains(f.DisplayName, `"cdk deploy Shop"`)) {
					t.Errorf("display name: got %q, want %q and the way out", f.DisplayName, want)
				}
				refused++
			}
			if refused != 1 {
				t.Errorf("got %d assets, want only the function's: %+v", refused, found)
			}
		})
	}
}

// The local gateway reports an asset that was not built.
func TestNotBuiltInCloudAssembly(t *testing.T) {
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
				t.Errorf("%s: got %v, want ErrNoAsset with the reason", key, err)
			}
		}
	}
	if looked != 1 {
		t.Errorf("got %d functions, want one", looked)
	}
}

// Selecting the stack changes only the hash of the asset, so snapshot tests need no build.
func TestNotBuiltKeepsTemplate(t *testing.T) {
	templates := map[string]map[string]map[string]any{}
	for _, selected := range []string{"Shop", "Other"} {
		stack := newStack(t, map[string]any{"aws:cdk:bundling-stacks": []string{selected}})
		New(stack, "Orders", &Props{Package: "./orders-fn", Dir: shop})
		all := resources(t, stack)
		for _, resource := range all {
			if resource["Type"] == "AWS::Lambda::Function" {
				code := resource["Properties"].(map[string]any)["Code"].(map[string]any)
				if hash, ok := strings.CutSuffix(code["S3Key"].(string), ".zip"); !ok || len(hash) != 64 {
					t.Errorf("%s selected: got the key %v, want a hash with .zip", selected, code["S3Key"])
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
		t.Errorf("got the panic %v, want ErrProps", err)
	}
}
