package snapshot

import (
	"slices"
	"testing"
)

// What the user says of one variable leaves the other one as the tests need it.
func TestDefaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		said map[string]string
		want []string
	}{
		{"nothing", nil, []string{"CDK_VALIDATION=false", "CDK_APP_MODE=inmemory"}},
		{"validation", map[string]string{"CDK_VALIDATION": "true"}, []string{"CDK_APP_MODE=inmemory"}},
		{"the mode", map[string]string{"CDK_APP_MODE": "cli"}, []string{"CDK_VALIDATION=false"}},
		{"both", map[string]string{"CDK_VALIDATION": "", "CDK_APP_MODE": ""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := defaults(func(name string) (string, bool) { value, ok := tt.said[name]; return value, ok })
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
