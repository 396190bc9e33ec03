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

// hash matches CDK's hashes of assets and deployments.
var hash = regexp.MustCompile(`[0-9a-f]{64}|[0-9a-f]{32}`)

// same returns an error if the template of a stack differs between two assemblies, except for hashes and Gatehouse's
// metadata.
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
