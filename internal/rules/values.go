package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case nil, map[string]any, []any:
		return "", false
	case string:
		return v, true
	}
	return fmt.Sprint(v), true
}

// intrinsic reports whether the name of a member is that of an intrinsic function.
func intrinsic(name string) bool { return name == "Ref" || strings.HasPrefix(name, "Fn::") }

// inJSON returns a value in the form that messages show.
func inJSON(v any) string {
	if v == nil {
		return "not set"
	}
	text, err := plainjson.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func quote(texts ...string) string {
	for i, t := range texts {
		texts[i] = `"` + t + `"`
	}
	return strings.Join(texts, ", ")
}

func allAre(values []string, want string) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return v != want })
}

// mayBeOn reports whether a boolean property may be true.
func mayBeOn(v any) bool { return v != nil && v != false && v != "false" }

// unresolved describes in a few words why a value is not known. It is the reason at the end of the chain of references.
func unresolved(err error) string {
	var u *cloudassembly.UnresolvedError
	for errors.As(err, &u) {
		if _, more := u.Err.(*cloudassembly.UnresolvedError); !more {
			return u.Intrinsic + ": " + u.Reason
		}
		err = u.Err
	}
	return strings.TrimPrefix(err.Error(), "assembly: ")
}
