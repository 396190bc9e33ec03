package devissuer

import (
	"encoding/json"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// issuerJSON is an issuer as JSON. The settings are a separate member, since they may have their own JSON encoding,
// which an embedded field would apply to the whole.
type issuerJSON struct {
	Settings   authz.Issuer       `json:"settings"`
	Cognito    bool               `json:"cognito,omitempty"`
	Use        Use                `json:"use,omitempty"`
	Claims     map[string]string  `json:"claims,omitempty"`
	Scopes     []string           `json:"scopes,omitempty"`
	Groups     []string           `json:"groups,omitempty"`
	Providers  []IdentityProvider `json:"providers,omitempty"`
	LowerNames bool               `json:"lowerNames,omitempty"`
	Trigger    *pretoken.Config   `json:"trigger,omitempty"`
	TakenBy    []string           `json:"takenBy,omitempty"`
	Apps       []App              `json:"apps,omitempty"`
}

// MarshalJSON writes what [Issuer.UnmarshalJSON] reads.
func (i Issuer) MarshalJSON() ([]byte, error) {
	return json.Marshal(issuerJSON{
		i.Issuer, i.Cognito, i.Use, i.Claims, i.Scopes, i.Groups, i.Providers, i.LowerNames, i.Trigger, i.TakenBy, i.Apps,
	})
}

// UnmarshalJSON reads an issuer with all of its settings.
func (i *Issuer) UnmarshalJSON(text []byte) error {
	var in issuerJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*i = Issuer{
		in.Settings, in.Cognito, in.Use, in.Claims, in.Scopes, in.Groups, in.Providers, in.LowerNames, in.Trigger, in.TakenBy,
		in.Apps,
	}
	return nil
}
