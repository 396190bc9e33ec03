package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// asset is how the names of assets begin in an assembly.
const asset = "asset."

// lingers is how long the assets of a function stay that was changed: longer than API Gateway waits for any, as a request
// under way may be for a function that reads its files late, and two swaps may follow each other within seconds.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const lingers = 5 * time.Minute

// forget removes the assets that no assembly has named for some time. Each change of a function leaves its program behind,
// megabytes each time. What no assembly named that was served, but one that failed, goes at once.
func (d *dev) forget() {
	if d.app == nil {
		return
	}
	now, kept := d.now(), map[string]time.Time{}
	all, named := assetsOf(d.assembly)
	for _, name := range all {
		since, known := d.assets[name]
		switch {
		case slices.Contains(named, name):
			kept[name] = time.Time{}
		case known && since.IsZero():
			kept[name] = now
		case known && now.Sub(since) < lingers:
			kept[name] = since
		case d.assets != nil:
			_ = os.RemoveAll(filepath.Join(d.assembly, name)) // if it stays, it goes with the folder in the end
		}
	}
	d.assets = kept
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
	return all, named
}
