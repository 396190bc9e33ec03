package strictjson

import (
	"fmt"
)

// EachMember reads an object's members in order, until one cannot be read. The error names that member. For any other
// value, the error names the value's kind.
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

// EachElement reads an array's elements in order. It stops at the first error and returns it.
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
