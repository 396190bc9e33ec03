package cli

import (
	"regexp"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	oneLine := regexp.MustCompile(`^gatehouse \S+( \([^()\n]+\))?, ` + regexp.QuoteMeta(runtime.Version()+", "+runtime.GOOS+"/"+runtime.GOARCH) + "\n$")
	for _, args := range [][]string{{"version"}, {"--version"}, {"-version"}} {
		if status, stdout, stderr := call(t, args...); status != succeeded || stderr != "" || !oneLine.MatchString(stdout) {
			t.Errorf("%v: status %d, %q, %q: want the version, Go's and the system on one line", args, status, stdout, stderr)
		}
	}
}

func TestBuilt(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for _, tt := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"nothing known", debug.BuildInfo{}, "(devel)"},
		{"a release", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "v1.2.3"},
		{"a release that is replaced", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3", Replace: &debug.Module{Path: "../gatehouse"}}}, "v1.2.3 (replaced)"},
		{"a clone", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{setting("vcs.revision", "7eaef77"), setting("vcs.modified", "false")}}, "(devel) (revision 7eaef77)"},
		{"a clone with changes", debug.BuildInfo{Settings: []debug.BuildSetting{setting("vcs.revision", "7eaef77"), setting("vcs.modified", "true")}}, "(devel) (revision 7eaef77, modified)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := built(&tt.info); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
