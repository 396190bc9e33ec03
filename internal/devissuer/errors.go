package devissuer

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrConfig says that an issuer's settings, or those of the provider, cannot be used.
	ErrConfig = errors.New("devissuer: configuration")

	// ErrRequest says that a token as it was asked for cannot be made.
	ErrRequest = errors.New("devissuer: token request")

	// ErrNoIssuer says that no configured issuer is the one asked for. It comes as a [ChoiceError].
	ErrNoIssuer = errors.New("no such issuer")

	// ErrAmbiguous says that several configured issuers are what was asked for. It comes as a [ChoiceError].
	ErrAmbiguous = errors.New("more than one issuer")

	// ErrExposed says that others can read or change the keys.
	ErrExposed = errors.New("devissuer: the keys are exposed")

	// ErrKeyFile says that the file with the keys is not one that this release wrote.
	ErrKeyFile = errors.New("devissuer: key file")
)

// ChoiceError says why a request means no issuer in particular, and which ones there are to choose from.
type ChoiceError struct {
	Err     error // [ErrNoIssuer] or [ErrAmbiguous]
	URL     string
	Issuers []Issuer // those that the request may mean, or all if it means none
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

// Unwrap is the sentinel, for [errors.Is].
func (e *ChoiceError) Unwrap() error { return e.Err }
