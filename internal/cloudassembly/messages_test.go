package cloudassembly

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// said is metadata with messages of constructs and other entries.
const said = `{"/Shop/Api":[{"type":"aws:cdk:logicalId","data":"Api"},
	{"type":"aws:cdk:warning","data":"siblings [ack: gatehouse:siblingRoutes]"},{"type":"aws:cdk:warning","data":{"a":1}}],
	"/Shop":[{"type":"aws:cdk:error","data":"no [x] here"},{"type":"aws:cdk:info","data":"read this"}]}`

func TestReadMessages(t *testing.T) {
	stack := func(more string) string {
		return `{"version":"54.0.0","artifacts":{"Shop":{"type":"aws:cloudformation:stack"` + more + `}}}`
	}
	want := []Message{
		{"error", "/Shop", "", "no [x] here"},
		{"info", "/Shop", "", "read this"},
		{"warning", "/Shop/Api", "gatehouse:siblingRoutes", "siblings"},
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []Message
		wrong bool
	}{
		{"in the manifest", map[string]string{"manifest.json": stack(`,"metadata":` + said)}, want, false},
		{"in a file", map[string]string{
			"manifest.json": stack(`,"additionalMetadataFile":"Shop.metadata.json"`), "Shop.metadata.json": said,
		}, want, false},
		{"of a stage", map[string]string{
			"manifest.json": `{"version":"54.0.0","artifacts":{"assembly-Prod":{"type":"cdk:cloud-assembly",` +
				`"properties":{"directoryName":"assembly-Prod"}}}}`,
			"assembly-Prod/manifest.json": stack(`,"metadata":` + said),
		}, want, false},
		{"no messages", map[string]string{"manifest.json": stack("")}, nil, false},
		{"the file is missing", map[string]string{"manifest.json": stack(`,"additionalMetadataFile":"x.json"`)}, nil, true},
		{"another form", map[string]string{"manifest.json": stack(`,"metadata":[]`)}, nil, true},
		{"no assembly", nil, nil, true},
		{"a stage in itself", map[string]string{"manifest.json": `{"version":"54.0.0","artifacts":{"a":{"type":` +
			`"cdk:cloud-assembly","properties":{"directoryName":"."}}}}`}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range c.files {
				path := filepath.Join(dir, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := ReadMessages(dir)
			if c.wrong != errors.Is(err, ErrNotAssembly) || !c.wrong && err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got\n\t%v\nwant\n\t%v", got, c.want)
			}
		})
	}
}
