package issuer

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// ClientAuth has the parts of a secureapi.ClientAuth that are checked.
type ClientAuth struct {
	Method                     settings.ClientAuth
	Secret                     bool // whether there is one
	Algorithm, KeyID, Audience string
}

// Check checks how a client authenticates. It reports missingSecret if there is no secret.
func (a ClientAuth) Check(missingSecret string, bad func(format string, a ...any)) {
	if !a.Secret {
		bad("%s", missingSecret)
	}
	switch a.Method {
	case settings.ClientBasic, settings.ClientPost:
		if a.Algorithm != "" || a.KeyID != "" || a.Audience != "" {
			bad("ClientAuth has Algorithm, KeyID or Audience, which are for %s, with the method %s: leave them out, or use "+
				"PrivateKeyJWT(key, algorithm)", settings.ClientPrivateKey, a.Method)
		}
	case settings.ClientPrivateKey:
		if known := settings.ClientAlgorithms(); !slices.Contains(known, a.Algorithm) {
			bad("ClientAuth signs with the algorithm %q: want one of %s", a.Algorithm, strings.Join(known, ", "))
		}
		if !cdktoken.Unresolved(a.KeyID) && a.KeyID != "" && !Printable(a.KeyID) {
			bad("ClientAuth has the KeyID %q: want printable ASCII", a.KeyID)
		}
		if !cdktoken.Unresolved(a.Audience) && a.Audience != "" && !Printable(a.Audience) {
			bad("ClientAuth has the Audience %q: want printable ASCII", a.Audience)
		}
	default:
		if a.Secret || a.Method != "" {
			bad("ClientAuth has the Method %q: want %s, %s or %s", a.Method, settings.ClientBasic,
				settings.ClientPost, settings.ClientPrivateKey)
		}
	}
}

// Printable reports whether a text is not empty and all of it is printable ASCII.
func Printable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
