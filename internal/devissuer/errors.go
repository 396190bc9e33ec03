package devissuer

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrConfig reports that the settings of an issuer or of the provider cannot be used.
	ErrConfig = errors.New("devissuer: configuration")

	// ErrRequest reports that a requested token cannot be made.
	ErrRequest = errors.New("devissuer: token request")

	// ErrNoIssuer reports that no configured issuer matches a request. It comes in a [ChoiceError].
	ErrNoIssuer = errors.New("no such issuer")

	// ErrAmbiguous reports that several configured issuers match a request. It comes in a [ChoiceError].
	ErrAmbiguous = errors.New("more than one issuer")

	// ErrExposed reports that other users can read or change the keys.
	ErrExposed = errors.New("devissuer: the keys are exposed")

	// ErrKeyFile reports that this release did not write the file with the keys.
	ErrKeyFile = errors.New("devissuer: key file")
)

// ChoiceError says why a request refers to no issuer in particular, and lists the issuers to choose from.
type ChoiceError struct {
	Err     error // [ErrNoIssuer] or [ErrAmbiguous]
	URL     string
	Issuers []Issuer // the issuers that match the request, or all if none does
}

func (e *ChoiceError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "devissuer: %v", e.Err)
	if e.URL != "" {
		fmt.Fprintf(&b, " %q", e.URL)
	}
	if len(e.Issuers) == 0 {
		b.WriteString(": none is configured")
		return b.String()
	}
	b.WriteString(": choose by URL and audience:")
	for _, i := range e.Issuers {
		b.WriteString("\n  ")
		b.WriteString(i.String())
	}
	return b.String()
}

// Unwrap returns Err, for [errors.Is].
func (e *ChoiceError) Unwrap() error { return e.Err }
