package rules

import (
	"errors"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// unresolved says in a few words why a value is not known: the reason at the end of the chain of references.
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
