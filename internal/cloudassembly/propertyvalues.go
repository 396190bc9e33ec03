package cloudassembly

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// propertyValues shares the properties of resources while an assembly is read. Equal values become one value, and so do
// the properties of two resources if all of them are equal: the methods of a function have the same integration, and
// the stacks of an app have the same roles and methods. An app of 100 stacks takes a fourth of the memory this way.
// Therefore the content of a template must never be changed.
type propertyValues struct {
	values map[digest]any            // by the digest of their JSON
	all    map[digest]map[string]any // by the digest of their names and values

	// Of the resource that is being parsed: the names of its properties and, for each, its digest and the value's.
	names   []string
	digests []byte

	notes map[string]any // the metadata of the resource that is being parsed

	raw     bytes.Reader  // the value that is being parsed
	decoder *json.Decoder // of raw: one for all values, because each would allocate a buffer
}

type digest [sha256.Size]byte

func newPropertyValues() *propertyValues {
	p := &propertyValues{values: map[digest]any{}, all: map[digest]map[string]any{}}
	p.decoder = json.NewDecoder(&p.raw)
	p.decoder.UseNumber()
	return p
}

// parse parses the properties of a resource.
func (p *propertyValues) parse(raw map[string]json.RawMessage) (map[string]any, error) {
	if raw == nil {
		return nil, nil
	}
	p.names, p.digests = slices.AppendSeq(p.names[:0], maps.Keys(raw)), p.digests[:0]
	slices.Sort(p.names)
	for _, name := range p.names {
		of, value := sha256.Sum256([]byte(name)), sha256.Sum256(raw[name])
		p.digests = append(append(p.digests, of[:]...), value[:]...)
	}
	key := digest(sha256.Sum256(p.digests))
	if known, ok := p.all[key]; ok {
		return known, nil
	}
	out := make(map[string]any, len(raw))
	for i, name := range p.names {
		value, err := p.value(digest(p.digests[(2*i+1)*sha256.Size:]), raw[name])
		if err != nil {
			return nil, fmt.Errorf("property %s: %w", name, err)
		}
		out[name] = value
	}
	p.all[key] = out
	return out, nil
}

// metadata parses the metadata of a resource. Most resources have only the path of their construct, and then no map: in
// an app of 50 stacks the maps had 0.8 MB. Metadata that is not an object is left out, as other tools may write
// anything there.
func (p *propertyValues) metadata(raw json.RawMessage) (path string, others map[string]any, err error) {
	if len(raw) == 0 || raw[0] != '{' {
		return "", nil, nil
	}
	clear(p.notes)
	p.raw.Reset(raw)
	if err := p.decoder.Decode(&p.notes); err != nil {
		return "", nil, err
	}
	if text, ok := p.notes[constructPath].(string); ok {
		path = text
		delete(p.notes, constructPath)
	}
	if len(p.notes) > 0 {
		others = maps.Clone(p.notes)
	}
	return path, others, nil
}

func (p *propertyValues) value(key digest, raw json.RawMessage) (any, error) {
	if value, ok := p.values[key]; ok {
		return value, nil
	}
	var value any
	p.raw.Reset(raw)
	if err := p.decoder.Decode(&value); err != nil {
		return nil, err
	}
	p.values[key] = value
	return value, nil
}
