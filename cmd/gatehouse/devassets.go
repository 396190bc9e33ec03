package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// asset is how the names of assets begin in an assembly.
const asset = "asset."

// forget removes the assets that neither this assembly nor the one before names. Each change of a function leaves its
// program behind, megabytes each time. Those of the assembly before stay, for requests that are under way.
func (d *dev) forget() {
	if d.app == nil {
		return
	}
	all, named := assetsOf(d.assembly)
	for _, name := range all {
		if d.assets != nil && !slices.Contains(named, name) && !slices.Contains(d.assets, name) {
			_ = os.RemoveAll(filepath.Join(d.assembly, name)) // if it stays, it goes with the folder in the end
		}
	}
	d.assets = named
}

// assetsOf are the assets that are in an assembly, and those of them that its manifests name, or those of the assemblies
// in it.
func assetsOf(dir string) (all, named []string) {
	var texts [][]byte
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil: // it cannot be looked into
		case filepath.Dir(path) == dir && strings.HasPrefix(entry.Name(), asset):
			all = append(all, entry.Name())
			if entry.IsDir() {
				return fs.SkipDir
			}
		case filepath.Ext(path) == ".json":
			if text, err := os.ReadFile(path); err == nil {
				texts = append(texts, text)
			}
		}
		return nil
	})
	named = slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return !slices.ContainsFunc(texts, func(text []byte) bool { return bytes.Contains(text, []byte(name)) })
	})
	if named == nil {
		named = []string{}
	}
	return all, named
}
