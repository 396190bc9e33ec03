package dev

import (
	"path/filepath"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/rebuild"
	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// originals finds the folders that assets were copied from, which are those that a developer knows.
type originals struct {
	root string // the folder of the app

	mu    sync.Mutex
	found map[string]string // by the asset's folder, which is named by its content; "" for one that was not found
}

// of is the folder that an asset's folder is a copy of, relative to that of the app; "" if it is not known.
func (o *originals) of(folder string) string {
	if !strings.HasPrefix(filepath.Base(folder), gobundle.Folder("")) {
		below, err := filepath.Rel(o.root, folder) // where staging is off, CDK makes no copy
		if err != nil || !filepath.IsLocal(below) {
			return ""
		}
		return filepath.ToSlash(below)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	source, known := o.found[folder]
	if !known {
		if o.found == nil {
			o.found = map[string]string{}
		}
		source, _ = rebuild.SourceOf(o.root, folder)
		o.found[folder] = source
	}
	return source
}
