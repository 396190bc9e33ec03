package cloudassembly

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// Message is a message of a construct at synthesis, made with awscdk.Annotations. The CDK command line prints messages,
// and rejects an app with an error.
type Message struct {
	Level string // "info", "warning" or "error"
	Path  string // the path of the construct, such as "/Shop/Api"
	ID    string // the ID that acknowledges it, such as "gatehouse:siblingRoutes"; "" for none
	Text  string // without the ID
}

// levels are the types of metadata that are messages, with their level.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema.ArtifactMetadataEntryType.html
var levels = map[string]string{"aws:cdk:info": "info", "aws:cdk:warning": "warning", "aws:cdk:error": "error"}

// acknowledgedBy matches the ID that CDK appends to a message.
var acknowledgedBy = regexp.MustCompile(`\s*\[ack: ([^\]]*)\]$`)

// metadata are the entries of a stack's constructs, by path.
type metadata map[string][]struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// ReadMessages reads the messages of an assembly's constructs, including those of stages. The messages of each stack
// are sorted by path. The error is [ErrNotAssembly] if the folder is not an assembly, or is incomplete.
func ReadMessages(dir string) ([]Message, error) { return readMessages(dir, nil) }

func readMessages(dir string, parents []string) (out []Message, err error) {
	if slices.Contains(parents, dir) || len(parents) > 10 {
		return nil, notAssembly(dir, "its stages contain each other")
	}
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		var found []Message
		switch a := m.Artifacts[id]; a.Type {
		case stackArtifact:
			found, err = a.messages(dir, id)
		case assemblyArtifact:
			var p properties
			if err := json.Unmarshal(a.Properties, &p); err != nil {
				return nil, notAssembly(dir, "the properties of artifact %s in %s: %v", id, manifestFile, err)
			}
			found, err = readMessages(filepath.Join(dir, p.DirectoryName), append(parents, dir))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// messages returns the messages of a stack. Older releases of CDK write its metadata into the manifest, newer ones into
// a file.
func (a artifact) messages(dir, id string) (out []Message, err error) {
	text := a.Metadata
	if a.MetadataFile != "" {
		if text, err = os.ReadFile(filepath.Join(dir, a.MetadataFile)); err != nil {
			return nil, notAssembly(dir, "the metadata of artifact %s: %w", id, err)
		}
	}
	var of metadata
	if text != nil {
		if err := json.Unmarshal(text, &of); err != nil {
			return nil, notAssembly(dir, "the metadata of artifact %s: %w", id, err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(of)) {
		for _, entry := range of[path] {
			m := Message{Level: levels[entry.Type], Path: path}
			if m.Level == "" || json.Unmarshal(entry.Data, &m.Text) != nil {
				continue
			}
			if ack := acknowledgedBy.FindStringSubmatchIndex(m.Text); ack != nil {
				m.ID, m.Text = m.Text[ack[2]:ack[3]], m.Text[:ack[0]]
			}
			out = append(out, m)
		}
	}
	return out, nil
}
