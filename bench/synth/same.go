package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// hash is what CDK's own hashes look like, of assets and of a deployment.
var hash = regexp.MustCompile(`[0-9a-f]{64}|[0-9a-f]{32}`)

// same wants the template of a stack to be the same in two assemblies, but for hashes and for Gatehouse's metadata.
func same(ours, theirs, stack string) error {
	a, err := template(ours, stack)
	if err != nil {
		return err
	}
	b, err := template(theirs, stack)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return fmt.Errorf("the templates differ:\n%s\n%s", a, b)
	}
	return nil
}

func template(dir, stack string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, stack+".template.json"))
	if err != nil {
		return nil, err
	}
	var t struct {
		Resources map[string]map[string]any
		Outputs   map[string]any
	}
	if err := json.Unmarshal(hash.ReplaceAll(text, []byte("HASH")), &t); err != nil {
		return nil, err
	}
	for _, r := range t.Resources {
		metadata, _ := r["Metadata"].(map[string]any)
		for name := range metadata {
			if strings.HasPrefix(name, "gatehouse:") {
				delete(metadata, name)
			}
		}
		if len(metadata) == 0 {
			delete(r, "Metadata")
		}
	}
	return json.MarshalIndent(t, "", " ")
}
