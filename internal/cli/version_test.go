package cli

import (
	"runtime/debug"
	"testing"
)

func TestBuilt(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for _, tt := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"no build information", debug.BuildInfo{}, "(devel)"},
		{"a release", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "v1.2.3"},
		{
			"a release that is replaced",
			debug.BuildInfo{Main: debug.Module{Version: "v1.2.3", Replace: &debug.Module{Path: "../gatehouse"}}},
			"v1.2.3 (replaced)",
		},
		{
			"a clone",
			debug.BuildInfo{
				Main:     debug.Module{Version: "(devel)"},
				Settings: []debug.BuildSetting{setting("vcs.revision", "7eaef77"), setting("vcs.modified", "false")},
			},
			"(devel) (revision 7eaef77)",
		},
		{
			"a clone with changes",
			debug.BuildInfo{Settings: []debug.BuildSetting{setting("vcs.revision", "7eaef77"), setting("vcs.modified", "true")}},
			"(devel) (revision 7eaef77, modified)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := built(&tt.info); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
