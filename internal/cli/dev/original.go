package dev

import (
	"path/filepath"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/rebuild"
	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// originals finds the folders that assets were copied from, which developers know.
type originals struct {
	root string // the folder of the app

	mu    sync.Mutex
	found map[string]string // by the asset's folder, whose name identifies its content; "" if not found
}

// sourceOf returns the folder of which an asset's folder is a copy, relative to the app's; "" if it is not known.
func (o *originals) sourceOf(folder string) string {
	if !strings.HasPrefix(filepath.Base(folder), gobundle.Folder("")) {
		below, err := filepath.Rel(o.root, folder) // without staging, CDK makes no copy
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
