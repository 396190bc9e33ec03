package apimodel

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestModelOfARealAssembly reads an assembly that CDK made of the app in test/shop, and compares the whole model. It
// has three stacks with strong and weak references, a nested stack, and a stage with a separate environment.
func TestModelOfARealAssembly(t *testing.T) {
	a := readShop(t)
	var out strings.Builder
	m := Read(a, cloudassembly.Options{})
	dump(&out, reflect.ValueOf(m).Elem(), 0)
	got := strings.ReplaceAll(out.String(), filepath.ToSlash(a.Dir), "DIR")
	const file = "testdata/shop.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("line %d of %s\n got %s\nwant %s\nrun the test with -update if that is right", i+1, file, g[i], w[i])
			}
		}
		t.Fatalf("%d lines, want the %d of %s: run the test with -update if that is right", len(g), len(w), file)
	}
}

// dump writes what a value has; objects of the model in full where they are listed, and by their ids elsewhere.
func dump(out *strings.Builder, v reflect.Value, depth int) {
	indent := strings.Repeat("  ", depth)
	switch x := v.Interface().(type) {
	case time.Duration:
		fmt.Fprintf(out, " %s\n", x)
		return
	case json.RawMessage:
		fmt.Fprintf(out, " %s\n", x)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		out.WriteString("\n")
		for i := range v.NumField() {
			field := v.Type().Field(i)
			switch f := v.Field(i); {
			case !field.IsExported() || f.IsZero() || field.Name == "Err":
			case field.Type == reflect.TypeFor[ID]():
				fmt.Fprintf(out, "%s%s\n", indent, f.Interface())
			default:
				fmt.Fprintf(out, "%s%s:", indent, field.Name)
				dumpField(out, f, depth+1)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			fmt.Fprintf(out, " %q\n", v.Interface())
			return
		}
		out.WriteString("\n")
		for i := range v.Len() {
			fmt.Fprintf(out, "%s-", indent)
			dump(out, reflect.Indirect(v.Index(i)), depth+1)
		}
	default:
		fmt.Fprintf(out, " %#v\n", v.Interface())
	}
}

func dumpField(out *strings.Builder, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() != reflect.Struct {
			dump(out, v.Elem(), depth)
			return
		}
		if id := v.Elem().FieldByName("ID"); id.IsValid() {
			fmt.Fprintf(out, " -> %s\n", id.Interface())
			return
		}
		dump(out, v.Elem(), depth)
	case reflect.Slice:
		if name := v.Type().Elem().String(); (name == "*apimodel.UserPool" || name == "*apimodel.APIKey") && depth > 1 {
			for i := range v.Len() {
				fmt.Fprintf(out, " -> %s", v.Index(i).Elem().FieldByName("ID").Interface())
			}
			out.WriteString("\n")
			return
		}
		dump(out, v, depth)
	case reflect.Map:
		out.WriteString("\n")
		text, _ := json.MarshalIndent(v.Interface(), strings.Repeat("  ", depth), "  ")
		if v.Type().Elem().Kind() == reflect.Pointer {
			text = nil
			for _, key := range v.MapKeys() {
				text = append(text, fmt.Sprintf("%s -> %s", key, v.MapIndex(key).Elem().FieldByName("ID").Interface())...)
			}
		}
		fmt.Fprintf(out, "%s%s\n", strings.Repeat("  ", depth), text)
	default:
		dump(out, v, depth)
	}
}
