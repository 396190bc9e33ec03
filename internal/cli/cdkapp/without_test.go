package cdkapp

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestWithout(t *testing.T) {
	const text = jsiiWaitedTwice
	for _, tt := range []struct {
		name, why string
		writes    []string
		before    string // what has come before the end
		want      string
	}{
		{"nothing of it", "", []string{"a\n", "b\n"}, "a\nb\n", "a\nb\n"},
		{"alone", "", []string{text}, "", ""},
		{"between", "it has no newline of its own", []string{"a\n" + text + "b\n"}, "a\nb\n", "a\nb\n"},
		{"twice", "two apps", []string{text + text + "a"}, "a", "a"},
		{"split", "a pipe gives what is there", []string{"a\n" + text[:20], text[20:] + "b\n"}, "a\nb\n", "a\nb\n"},
		{"byte by byte", "", strings.Split("a"+text+"b", ""), "ab", "ab"},
		{
			"another end of the engine",
			"that is an error",
			[]string{"Runtime process exited abnormally: ", "exit status 1"},
			"Runtime process exited abnormally: exit status 1",
			"Runtime process exited abnormally: exit status 1",
		},
		{"begun twice", "the second beginning counts", []string{"Runtime Run", text[3:] + "b"}, "Runtime b", "Runtime b"},
		{"begun at the end", "it is held back, and not lost", []string{"a\nRuntime"}, "a\n", "a\nRuntime"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			w := &without{to: &b, text: text}
			for _, p := range tt.writes {
				if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
					t.Fatalf("%d, %v, want %d", n, err, len(p))
				}
			}
			if b.String() != tt.before {
				t.Errorf("%s: %q before the end, want %q", tt.why, b.String(), tt.before)
			}
			w.flush()
			if b.String() != tt.want {
				t.Errorf("%s: %q, want %q", tt.why, b.String(), tt.want)
			}
		})
	}
}

// FuzzWithout checks that the output is the same however a text is split.
func FuzzWithout(f *testing.F) {
	f.Add("aab", "xaaabyaab", uint8(2))
	f.Add("Runtime", "RunRuntimetime", uint8(1))
	f.Fuzz(func(t *testing.T, text, all string, size uint8) {
		if text == "" || size == 0 || strings.Contains(strings.ReplaceAll(all, text, ""), text) {
			t.Skip()
		}
		var b bytes.Buffer
		w := &without{to: &b, text: text}
		for part := range slices.Chunk([]byte(all), int(size)) {
			if _, err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		w.flush()
		if want := strings.ReplaceAll(all, text, ""); b.String() != want {
			t.Errorf("%q without %q in steps of %d: %q, want %q", all, text, size, b.String(), want)
		}
	})
}
