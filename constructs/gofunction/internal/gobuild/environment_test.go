package gobuild

import (
	"slices"
	"strings"
	"testing"
)

func TestModuleFlags(t *testing.T) {
	for _, tt := range []struct {
		name, goflags string
		want, dropped []string
	}{
		{"empty", "", nil, nil},
		{"only spaces", "  \t ", nil, nil},
		{
			"the ones that choose modules",
			"-mod=mod -modfile=other.mod -modcacherw",
			[]string{"-mod=mod", "-modfile=other.mod", "-modcacherw"},
			nil,
		},
		{"two hyphens are one", "--mod=vendor", []string{"--mod=vendor"}, nil},
		{
			"the others",
			"-tags=a -v -gcflags=-N -race -module=x",
			nil,
			[]string{"-tags=a", "-v", "-gcflags=-N", "-race", "-module=x"},
		},
		{"flags that are always set", "-trimpath -buildvcs=false", nil, nil},
		{
			"quoted, with a space",
			`"-modfile=my dir/go.mod" '-ldflags=-s -mod=mod'`,
			[]string{"-modfile=my dir/go.mod"},
			[]string{"-ldflags=-s -mod=mod"},
		},
		{"an unterminated quote", `'-mod=mod`, []string{"-mod=mod"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := moduleFlags(tt.goflags); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := droppedFlags(tt.goflags); !slices.Equal(got, tt.dropped) {
				t.Errorf("dropped flags: got %q, want %q", got, tt.dropped)
			}
		})
	}
}

// FuzzEnvironment checks, for any GOFLAGS, that only flags that select modules are kept, and that each variable occurs
// once.
func FuzzEnvironment(f *testing.F) {
	for _, s := range []string{
		"",
		"-mod=mod",
		"'-mod=a b' -race",
		`"`,
		"--modfile=x\t-n",
		"GOOS=plan9",
		"GOFLAGS",
		"=",
		"GOARCH",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, flag := range moduleFlags(s) {
			name, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
			if !strings.HasPrefix(name, "mod") || name == "module" {
				t.Errorf("GOFLAGS=%q: got the flag %q, want only flags that select modules", s, flag)
			}
		}
		env := lambda("/", "a").environ([]string{s, "GOFLAGS=" + s, "GOEXPERIMENT=" + s, "GO_LDSO=" + s, "HOME=/"})
		if !slices.Contains(env, "HOME=/") {
			t.Errorf("got %q, want also the variables that do not affect the build", env)
		}
		for _, name := range []string{
			"GOFLAGS",
			"GOOS",
			"GOARCH",
			"CGO_ENABLED",
			"GOAMD64",
			"GOARM64",
			"GOEXPERIMENT",
			"GOFIPS140",
		} {
			if n := count(env, name); n != 1 {
				t.Errorf("%s: got it %d times in %q, want once", name, n, env)
			}
		}
		if count(env, "GO_LDSO") != 0 {
			t.Errorf("got %q, want no variables of the linker", env)
		}
	})
}

// The target's settings are used. A setting that the target does not have gets go's default, not the environment's
// value. The processor level gets the lowest one.
func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		name     string
		settings map[string]string
		want     []string
	}{
		{"none", nil, []string{"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFIPS140=off"}},
		{"of amd64", map[string]string{"GOAMD64": "v3"}, []string{"GOAMD64=v3", "GOARM64=v8.0"}},
		{"of arm64", map[string]string{"GOARM64": "v8.2"}, []string{"GOAMD64=v1", "GOARM64=v8.2"}},
		{"an experiment", map[string]string{"GOEXPERIMENT": "jsonv2"}, []string{"GOEXPERIMENT=jsonv2", "GOFIPS140=off"}},
		{"FIPS", map[string]string{"GOFIPS140": "v1.0.0"}, []string{"GOEXPERIMENT=", "GOFIPS140=v1.0.0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := lambda("/", "a")
			target.Settings = tt.settings
			env := target.environ([]string{"GOAMD64=v2", "GOARM64=v9.0", "GOEXPERIMENT=arenas", "GOFIPS140=latest"})
			for _, want := range tt.want {
				if name, _, _ := strings.Cut(want, "="); !slices.Contains(env, want) || count(env, name) != 1 {
					t.Errorf("got %q, want %s once", env, want)
				}
			}
		})
	}
}

func count(env []string, name string) int {
	n := 0
	for _, v := range env {
		if got, _, _ := strings.Cut(v, "="); got == name {
			n++
		}
	}
	return n
}
