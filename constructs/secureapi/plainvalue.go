package secureapi

import "reflect"

// plainValue converts a value of CDK's props into its JSON form. A struct that is passed by value becomes a map of its
// set members, named as in CDK's JavaScript. CDK's own objects are unchanged; ok reports whether there are none.
func plainValue(value any) (out any, ok bool) { return plainOf(reflect.ValueOf(value)) }

func plainOf(v reflect.Value) (out any, ok bool) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() != reflect.Struct {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Invalid:
		return nil, true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int()), true
	case reflect.Float32, reflect.Float64:
		return v.Float(), true
	case reflect.String:
		if v.Type().PkgPath() != "" { // a member of an enumeration, whose value CDK knows
			return v.Interface(), false
		}
		return v.String(), true
	case reflect.Slice, reflect.Array:
		return plainList(v)
	case reflect.Map:
		return plainMap(v)
	case reflect.Pointer:
		if v.IsNil() {
			return nil, true
		}
		if members, ok := plainStruct(v.Elem()); members != nil {
			return members, ok
		}
	case reflect.Struct:
		if members, ok := plainStruct(v); members != nil {
			return members, ok
		}
	}
	return v.Interface(), false
}

func plainList(v reflect.Value) (out []any, ok bool) {
	out, ok = make([]any, v.Len()), true
	for i := range out {
		element, plain := plainOf(v.Index(i))
		out[i], ok = element, ok && plain
	}
	return out, ok
}

func plainMap(v reflect.Value) (out map[string]any, ok bool) {
	out, ok = make(map[string]any, v.Len()), true
	for key, value := range v.Seq2() {
		member, plain := plainOf(value)
		out[key.String()], ok = member, ok && plain
	}
	return out, ok
}

// plainStruct converts a struct. It returns nil for a struct that CDK does not pass by value. Each member of a struct
// that it does has a JSON name and may be nil.
func plainStruct(v reflect.Value) (out map[string]any, ok bool) {
	out, ok = map[string]any{}, true
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, kind := f.Tag.Get("json"), f.Type.Kind()
		if name == "" || f.Tag.Get("field") == "" || kind != reflect.Pointer && kind != reflect.Interface {
			return nil, false
		}
		if !v.Field(i).IsNil() {
			member, plain := plainOf(v.Field(i))
			out[name], ok = member, ok && plain
		}
	}
	return out, ok
}
