package cloudassembly

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
)

// propertyValues are the values of properties, by a digest of their JSON, while an assembly is read. Equal ones are one:
// all methods of a function have the same integration, and stacks of an app the same roles. An app of 100 stacks takes
// a fourth of the memory so. Nothing may change what is in a template, therefore.
type propertyValues map[[sha256.Size]byte]any

func (p propertyValues) parse(raw json.RawMessage) (any, error) {
	key := sha256.Sum256(raw)
	if value, ok := p[key]; ok {
		return value, nil
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	p[key] = value
	return value, nil
}
