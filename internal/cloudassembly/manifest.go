package cloudassembly

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// The kinds of artifact that are read. Others, such as the tree of constructs, are skipped.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema.ArtifactType.html
const (
	stackArtifact    = "aws:cloudformation:stack"
	assetsArtifact   = "cdk:asset-manifest"
	assemblyArtifact = "cdk:cloud-assembly"
)

// manifest is the content of a manifest.json. Its version does not affect how it is read, since all versions so far
// only add to earlier ones. If a newer one lacks something, that is reported where it is needed.
type manifest struct {
	Version   string              `json:"version"`
	Artifacts map[string]artifact `json:"artifacts"`
	Missing   []struct {
		Key string `json:"key"`
	} `json:"missing"`
}

type artifact struct {
	Type        string          `json:"type"`
	Environment string          `json:"environment"` // aws://account/region
	DisplayName string          `json:"displayName"`
	Properties  json.RawMessage `json:"properties"`

	// The metadata of a stack's constructs: in the manifest, or in a file beside it.
	Metadata     json.RawMessage `json:"metadata"`
	MetadataFile string          `json:"additionalMetadataFile"`
}

// properties are those of the three kinds of artifact above. Each kind has only some of them.
type properties struct {
	TemplateFile  string            `json:"templateFile"`
	StackName     string            `json:"stackName"`
	Parameters    map[string]string `json:"parameters"`
	File          string            `json:"file"`
	DirectoryName string            `json:"directoryName"`
}

func readManifest(dir string) (*manifest, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, notAssembly(dir, "it is a file: run \"cdk synth\" to create the folder cdk.out")
	}
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, notAssembly(dir, "the folder does not exist: run \"cdk synth\" to create cdk.out")
		}
		if _, err := os.Stat(filepath.Join(dir, "cdk.out", manifestFile)); err == nil {
			return nil, notAssembly(dir, "%s is missing: the assembly is in its folder cdk.out", manifestFile)
		}
		return nil, notAssembly(dir, "%s is missing: run \"cdk synth\" to create cdk.out, or \"cdk synth --output %s\"",
			manifestFile, dir)
	}
	if err != nil {
		return nil, notAssembly(dir, "%w", err)
	}
	m := &manifest{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, notAssembly(dir, "%s: %w: run \"cdk synth\" again", manifestFile, err)
	}
	return m, nil
}
