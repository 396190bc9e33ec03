package strictjson

import (
	"fmt"
)

// EachMember reads an object member by member, in their order, until one cannot be read. The error says which member
// that is or, of another value, what stands in the object's place.
func (v Value) EachMember(read func(name string, v Value) error) error {
	if v.Kind() != Object {
		return fmt.Errorf("want an object, got %v", v.Kind())
	}
	for name, member := range v.Members() {
		if err := read(name, member); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return nil
}

// EachElement reads an array element by element until one cannot be read, with whose error it returns.
func (v Value) EachElement(read func(Value) error) error {
	if v.Kind() != Array {
		return fmt.Errorf("want an array, got %v", v.Kind())
	}
	for e := range v.Elements() {
		if err := read(e); err != nil {
			return err
		}
	}
	return nil
}
