package dev

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// checkIssuer returns an error if no authorizer accepts tokens of an issuer for an audience, since the examples would
// have other tokens. Both may be "" for any. An issuer without audiences accepts all. The error names the folder.
func checkIssuer(p *devissuer.Provider, issuer, audience, folder string) error {
	if issuer == "" {
		return nil
	}
	_, err := p.Choose(devissuer.TokenRequest{Issuer: issuer, Audience: audience})
	var choice *devissuer.ChoiceError
	if errors.As(err, &choice) && errors.Is(err, devissuer.ErrNoIssuer) {
		return command.ChooseFrom(folder, choice)
	}
	if audience == "" {
		return nil
	}
	var known []string
	for _, one := range p.Issuers() {
		if one.URL != issuer {
			continue
		}
		if len(one.Audiences) == 0 || slices.Contains(one.Audiences, audience) {
			return nil
		}
		known = append(known, one.Audiences...)
	}
	return fmt.Errorf("--audience %s: no authorizer takes it of the issuer %s: want one of %s", audience, issuer,
		strings.Join(known, ", "))
}
