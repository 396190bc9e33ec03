package cloudassembly

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
)

// asset is a file or folder that is uploaded when the stack is deployed.
type asset struct {
	name      string // the name in the app
	path      string
	byCommand bool // a command makes it when it is published
}

// assetSet holds the assets of the stacks in one folder, by their key in S3, which contains a hash of the content.
type assetSet map[string]asset

// assetManifest is the content of a file that CDK calls *.assets.json.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema.AssetManifest.html
type assetManifest struct {
	Files map[string]struct {
		DisplayName string `json:"displayName"`
		Source      struct {
			Path       string   `json:"path"`
			Executable []string `json:"executable"`
		} `json:"source"`
		Destinations map[string]struct {
			ObjectKey string `json:"objectKey"`
		} `json:"destinations"`
	} `json:"files"`
}

// read adds the assets in an asset manifest.
func (s assetSet) read(dir, id, file string) error {
	if file == "" {
		return notAssembly(dir, "artifact %s in %s names no file", id, manifestFile)
	}
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return notAssembly(dir, "the asset manifest %s: %w: run \"cdk synth\" again", file, err)
	}
	var m assetManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return notAssembly(dir, "the asset manifest %s: %w: run \"cdk synth\" again", file, err)
	}
	for hash, f := range m.Files {
		name := cmp.Or(f.DisplayName, hash)
		for _, to := range f.Destinations {
			s[to.ObjectKey] = asset{name: name, path: pathIn(dir, f.Source.Path), byCommand: len(f.Source.Executable) > 0}
		}
	}
	return nil
}

// pathIn returns a path in the assembly. The path is absolute if the app turned the staging of assets off.
func pathIn(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}
