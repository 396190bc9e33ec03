package mapping

import (
	"errors"
	"strings"
	"testing"
)

// FuzzSubstitution checks that a template of a gateway response is rejected or rendered, and that a text without a
// dollar sign is rendered unchanged.
func FuzzSubstitution(f *testing.F) {
	for _, s := range []string{"{ statusCode: 200 }", "$", "#", "$context.stage", "#set($a = 'b')$a", "${a}", "$a.b()"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if template, err := parseSubstitution(text, func(string) {}); err == nil {
			if out := template.render(source(), &Failure{}); !strings.ContainsRune(text, '$') && out != text {
				t.Fatalf("want the text itself, got %q", out)
			}
		} else if !errors.Is(err, ErrUnsupported) {
			t.Fatalf("want ErrUnsupported, got %v", err)
		}
		mockStatus(text)
	})
}
