package snapshot

import (
	"flag"
	"testing"
)

const updateFlag = "update"

func init() {
	if testing.Testing() && flag.Lookup(updateFlag) == nil {
		flag.Bool(updateFlag, false, "write golden files instead of comparing with them")
	}
}

// Updating reports whether the test binary was run with -update. Use it for your own golden files.
func Updating() bool { return isOn(flag.Lookup(updateFlag)) }

// isOn reports whether a flag is a boolean that is true. Another package may have registered -update with another type.
func isOn(f *flag.Flag) bool {
	if f == nil {
		return false
	}
	getter, ok := f.Value.(flag.Getter)
	if !ok {
		return false
	}
	on, _ := getter.Get().(bool)
	return on
}
