package dev

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// asset begins the names of assets in an assembly.
const asset = "asset."

// lingers is how long the assets of a changed function stay: longer than API Gateway waits for any function. A request
// under way may run a function that reads its files late, and two changes may follow each other within seconds.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const lingers = 5 * time.Minute

// forget removes assets that no assembly has named for some time, since each change of a function leaves its old
// program behind, which has megabytes. It removes the assets of failed assemblies at once.
func (s *source) forget() {
	if s.app == nil {
		return
	}
	now, kept := s.process.Now(), map[string]time.Time{}
	all, named := assetsOf(s.assembly)
	for _, name := range all {
		since, known := s.assets[name]
		switch {
		case slices.Contains(named, name):
			kept[name] = time.Time{}
		case known && since.IsZero():
			kept[name] = now
		case known && now.Sub(since) < lingers:
			kept[name] = since
		case s.assets != nil:
			_ = os.RemoveAll(filepath.Join(s.assembly, name)) // otherwise it is removed with the folder at the end
		}
	}
	s.assets = kept
}

// assetsOf returns the assets in an assembly, and those that its manifests name, or those of the assemblies in it.
func assetsOf(dir string) (all, named []string) {
	var texts [][]byte
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil: // skip it
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
	return all, named
}
