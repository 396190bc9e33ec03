package cloudassembly

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// propertyValues shares the properties of resources while an assembly is read. Equal values become one value, and so do
// the properties of two resources if their JSON is equal: the methods of a function have the same integration, and the
// stacks of an app have the same roles and methods. An app of 100 stacks takes a fourth of the memory this way.
// Therefore the content of a template must never be changed.
type propertyValues struct {
	values map[digest]any            // by the digest of their JSON
	all    map[digest]map[string]any // the properties of whole resources, by the digest of their JSON

	in    resourceJSON               // the resource that is being parsed, in buffers that the next one uses again
	notes map[string]json.RawMessage // its metadata

	raw     bytes.Reader  // the value that is being parsed
	decoder *json.Decoder // of raw: one for all values, because each would allocate a buffer
	file    *bufio.Reader // of the template: one for all templates, for the same reason
}

// resourceJSON is a resource as in a template.
type resourceJSON struct {
	Type       string
	Condition  string
	Properties json.RawMessage
	Metadata   json.RawMessage
	DependsOn  any
}

type digest [sha256.Size]byte

func newPropertyValues() *propertyValues {
	p := &propertyValues{values: map[digest]any{}, all: map[digest]map[string]any{}, file: bufio.NewReader(nil)}
	p.decoder = json.NewDecoder(&p.raw)
	p.decoder.UseNumber()
	return p
}

// parse parses the properties of a resource, or other metadata than its path.
func (p *propertyValues) parse(raw json.RawMessage) (map[string]any, error) {
	key := digest(sha256.Sum256(raw))
	if known, ok := p.all[key]; ok || len(raw) == 0 {
		return known, nil
	}
	var members map[string]json.RawMessage
	if err := p.decode(raw, &members); err != nil || members == nil {
		return nil, err
	}
	out := make(map[string]any, len(members))
	for name, member := range members {
		value, err := p.value(member)
		if err != nil {
			return nil, fmt.Errorf("property %s: %w", name, err)
		}
		out[name] = value
	}
	p.all[key] = out
	return out, nil
}

func (p *propertyValues) decode(raw json.RawMessage, into any) error {
	p.raw.Reset(raw)
	return p.decoder.Decode(into)
}

// metadata parses the metadata of a resource. Most resources have only the path of their construct, and then no map.
// What else they have is often the same, such as the scope of a method, and then one map. In an app of 50 stacks the
// maps had 0.8 MB. Metadata that is not an object is left out, as other tools may write anything there.
func (p *propertyValues) metadata(raw json.RawMessage) (path string, others map[string]any, err error) {
	if len(raw) == 0 || raw[0] != '{' {
		return "", nil, nil
	}
	clear(p.notes)
	if err := p.decode(raw, &p.notes); err != nil {
		return "", nil, err
	}
	if text := p.notes[constructPath]; len(text) > 0 && text[0] == '"' {
		if err := p.decode(text, &path); err != nil {
			return "", nil, err
		}
		delete(p.notes, constructPath)
	}
	if len(p.notes) == 0 {
		return path, nil, nil
	}
	text, err := json.Marshal(p.notes)
	if err != nil {
		return "", nil, err
	}
	others, err = p.parse(text)
	return path, others, err
}

func (p *propertyValues) value(raw json.RawMessage) (any, error) {
	key := digest(sha256.Sum256(raw))
	if value, ok := p.values[key]; ok {
		return value, nil
	}
	var value any
	if err := p.decode(raw, &value); err != nil {
		return nil, err
	}
	p.values[key] = value
	return value, nil
}
