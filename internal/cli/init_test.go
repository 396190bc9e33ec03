package cli

import (
	"runtime/debug"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/starter"
)

// TestRelease: go.mod requires the command's own version only where a module proxy serves it.
func TestRelease(t *testing.T) {
	info := func(path, version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Path: path, Version: version}, Settings: settings}
	}
	replaced := info(starter.Gatehouse(), "v0.1.0")
	replaced.Main.Replace = &debug.Module{Path: "../gatehouse"}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "7eaef77"}
	for _, tt := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"a release", info(starter.Gatehouse(), "v0.1.0"), "v0.1.0"},
		{
			"a commit that a proxy serves",
			info(starter.Gatehouse(), "v0.0.0-20261128103000-0123456789ab"),
			"v0.0.0-20261128103000-0123456789ab",
		},
		{"a clone", info(starter.Gatehouse(), "v0.1.1-0.20261128103000-0123456789ab", revision), ""},
		{"a clone whose revision is not stamped", info(starter.Gatehouse(), "(devel)"), ""},
		{"no build information", info(starter.Gatehouse(), ""), ""},
		{"a folder that replaces the release", replaced, ""},
		{"another program that has the command", info("example.com/tools", "v1.2.3"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := release(tt.info); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
