package cloudassembly

import (
	"cmp"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
)

// readFolder reads the assembly in a folder and the assemblies inside it. parents are the folders around it.
func (a *Assembly) readFolder(dir string, parents []string) error {
	if slices.Contains(parents, dir) || len(parents) > 10 {
		return notAssembly(dir, "its stages contain each other")
	}
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	if m.Version == "" || m.Artifacts == nil && len(parents) == 0 { // an empty stage has no artifacts
		return notAssembly(dir, "%s is not one of a cloud assembly: want a version and artifacts: run \"cdk synth\"",
			manifestFile)
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
			s, err := a.readStack(dir, id, m.Artifacts[id], p)
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

func (a *Assembly) readStack(dir, id string, of artifact, p properties) (*Stack, error) {
	s := &Stack{
		Name: cmp.Or(p.StackName, id), Path: cmp.Or(of.DisplayName, id), artifact: id, dir: dir, parameters: p.Parameters,
	}
	s.Account, s.Region = environment(of.Environment)
	if p.TemplateFile == "" {
		return nil, notAssembly(dir, "artifact %s in %s names no templateFile", id, manifestFile)
	}
	if err := s.readTemplate(filepath.Join(dir, p.TemplateFile), a.values); err != nil {
		return nil, err
	}
	return s, nil
}
