package cloudassembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// The kinds of artifact that are read; others, such as the tree of constructs, are passed over.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema.ArtifactType.html
const (
	stackArtifact    = "aws:cloudformation:stack"
	assetsArtifact   = "cdk:asset-manifest"
	assemblyArtifact = "cdk:cloud-assembly"
)

const manifestFile = "manifest.json"

// manifest is a manifest.json. Its version says nothing about how to read it, as all versions so far add to the ones
// before; what a newer one might lack is reported where it is missed.
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
}

// properties are those of the three kinds of artifact above; each has only some.
type properties struct {
	TemplateFile  string            `json:"templateFile"`
	StackName     string            `json:"stackName"`
	Parameters    map[string]string `json:"parameters"`
	File          string            `json:"file"`
	DirectoryName string            `json:"directoryName"`
}

// readFolder reads the assembly in a folder and those inside it; parents are the folders that it is in.
func (a *Assembly) readFolder(dir string, parents []string) error {
	if slices.Contains(parents, dir) || len(parents) > 10 {
		return notAssembly(dir, "its stages contain each other")
	}
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	if m.Version == "" || m.Artifacts == nil && len(parents) == 0 { // an empty stage has none
		return notAssembly(dir, "%s is not one of a cloud assembly: want a version and artifacts: run \"cdk synth\"", manifestFile)
	}
	if a.Version == "" {
		a.Version = m.Version
	}
	for _, missing := range m.Missing {
		a.Missing = append(a.Missing, missing.Key)
	}
	found := map[string]properties{}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		switch m.Artifacts[id].Type {
		case stackArtifact, assetsArtifact, assemblyArtifact:
			var p properties
			if raw := m.Artifacts[id].Properties; raw != nil {
				if err := json.Unmarshal(raw, &p); err != nil {
					return notAssembly(dir, "the properties of artifact %s in %s: %v", id, manifestFile, err)
				}
			}
			found[id] = p
		}
	}
	assets := assetSet{}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if m.Artifacts[id].Type == assetsArtifact {
			if err := assets.read(dir, id, found[id].File); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		switch p := found[id]; m.Artifacts[id].Type {
		case stackArtifact:
			s, err := readStack(dir, id, m.Artifacts[id], p)
			if err != nil {
				return err
			}
			s.assets = assets
			a.stacks = append(a.stacks, s)
		case assemblyArtifact:
			if p.DirectoryName == "" {
				return notAssembly(dir, "artifact %s in %s has no directoryName", id, manifestFile)
			}
			if err := a.readFolder(filepath.Join(dir, p.DirectoryName), append(parents, dir)); err != nil {
				return err
			}
		}
	}
	return nil
}

func readManifest(dir string) (*manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, notAssembly(dir, "there is no such folder: run \"cdk synth\", which makes cdk.out")
		}
		if _, err := os.Stat(filepath.Join(dir, "cdk.out", manifestFile)); err == nil {
			return nil, notAssembly(dir, "%s is missing: the assembly is in its folder cdk.out", manifestFile)
		}
		return nil, notAssembly(dir, "%s is missing: run \"cdk synth\", which makes cdk.out, or \"cdk synth --output %s\"", manifestFile, dir)
	}
	if err != nil {
		return nil, notAssembly(dir, "%w", err)
	}
	m := &manifest{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, notAssembly(dir, "%s: %w", manifestFile, err)
	}
	return m, nil
}

// notAssembly is an [ErrNotAssembly] about a folder.
func notAssembly(dir, format string, args ...any) error {
	return fmt.Errorf("assembly: %s: %w: %w", dir, ErrNotAssembly, fmt.Errorf(format, args...))
}
