package gobuild

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The environment may say where modules come from and where go keeps its files. What would change the bytes is set
// here:
//
//   - GOOS, GOARCH, CGO_ENABLED=0, and the levels GOAMD64 and GOARM64 are the target's. A machine that sets GOAMD64 for
//     its own programs builds the same function as all others.
//   - Of GOFLAGS only -mod, -modfile and -modcacherw are kept. -tags, -gcflags, -race, -cover and the others are meant
//     for the programs one runs, not for the function.
//   - GOEXPERIMENT and GOFIPS140 are set on purpose, often by a rule of the company. To ignore one would be as wrong as
//     to obey it silently, so one that the target does not mention is an error.

// settingDefaults are the settings a target may choose, and what they are by default, as in "go help environment".
var settingDefaults = map[string]string{
	"GOAMD64":      "v1",
	"GOARM64":      "v8.0",
	"GOEXPERIMENT": "",
	"GOFIPS140":    "off",
}

func settingNames() []string { return slices.Sorted(maps.Keys(settingDefaults)) }

// settings are all of them as NAME=value, in a fixed order.
func (t Target) settings() []string {
	var all []string
	for _, name := range settingNames() {
		value := t.Settings[name]
		if value == "" {
			value = settingDefaults[name]
		}
		all = append(all, name+"="+value)
	}
	return all
}

// goSettings is what go says about itself in a directory: its version depends on go.mod's toolchain line, and its
// settings on the environment and on what "go env -w" wrote.
type goSettings struct {
	GOVERSION    string
	GOFLAGS      string
	GOEXPERIMENT string
	GOFIPS140    string
}

var goSettingsNames = []string{"GOVERSION", "GOFLAGS", "GOEXPERIMENT", "GOFIPS140"}

func parseGoSettings(out []byte) (goSettings, error) {
	var s goSettings
	if err := json.Unmarshal(out, &s); err != nil {
		return s, fmt.Errorf("%w: go env: %w", ErrGo, err)
	}
	return s, nil
}

// check refuses an experiment or a FIPS module that is set from outside and not by the target.
func (s goSettings) check(t Target) error {
	for _, outside := range []struct{ name, value string }{{"GOEXPERIMENT", s.GOEXPERIMENT}, {"GOFIPS140", s.GOFIPS140}} {
		if _, said := t.Settings[outside.name]; said || outside.value == settingDefaults[outside.name] {
			continue
		}
		return fmt.Errorf("%w: %s=%s is set in the environment or by go env -w, and builds other bytes than on a "+
			"machine without it: set %s in BuildSettings if that is meant, or unset it",
			ErrEnvironment, outside.name, outside.value, outside.name)
	}
	return nil
}

// moduleFlags are the flags of GOFLAGS that choose modules, and so may stay.
func moduleFlags(goflags string) []string { return pickFlags(goflags, isModuleFlag) }

// droppedFlags are the others, but for those that functions are built with anyway.
func droppedFlags(goflags string) []string {
	return pickFlags(
		goflags,
		func(name string) bool { return !isModuleFlag(name) && name != "trimpath" && name != "buildvcs" },
	)
}

func isModuleFlag(name string) bool {
	return name == "mod" || name == "modfile" || name == "modcacherw"
}

func pickFlags(goflags string, pick func(name string) bool) []string {
	return slices.DeleteFunc(splitFlags(goflags), func(f string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(f, "-"), "=")
		return !pick(name)
	})
}

// splitFlags splits GOFLAGS as go does: at spaces, with a flag in single or double quotes if it has spaces itself.
func splitFlags(s string) []string {
	var flags []string
	for s = strings.TrimLeft(s, " \t\r\n"); s != ""; s = strings.TrimLeft(s, " \t\r\n") {
		end := strings.IndexAny(s, " \t\r\n")
		if quote := s[0]; quote == '\'' || quote == '"' {
			s = s[1:]
			end = strings.IndexByte(s, quote)
		}
		if end < 0 {
			return append(flags, s)
		}
		flags = append(flags, s[:end])
		s = s[end+1:]
	}
	return flags
}

// fixed are the variables that do not come from the environment.
func (t Target) fixed() []string {
	return append(t.settings(),
		"GOOS="+t.OS, "GOARCH="+t.Arch, "CGO_ENABLED=0",
		// Not empty: go takes an empty variable for one that is not set, and looks at what "go env -w" wrote.
		"GOFLAGS=-buildvcs=false",
		"PWD="+t.Dir)
}

// linkerVariables steer the linker behind the go command's back (cmd/go/internal/work, (*Builder).printLinkerConfig).
var linkerVariables = []string{"GO_EXTLINK_ENABLED", "GO_LDSO"}

// environ is the environment of the go command.
func (t Target) environ(outside []string) []string {
	fixed := t.fixed()
	drop := slices.Clone(linkerVariables)
	for _, v := range fixed {
		name, _, _ := strings.Cut(v, "=")
		drop = append(drop, name)
	}
	kept := slices.DeleteFunc(slices.Clone(outside), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(drop, name)
	})
	return append(kept, fixed...)
}
