package devissuer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// withTriggers adds the settings of the included pre token generation triggers of user pools to their issuers. An app's
// own trigger is not known, and is not invoked.
func withTriggers(issuers []Issuer, m *apimodel.Model) (errs []error) {
	for _, pool := range m.UserPools {
		n := slices.IndexFunc(m.Functions, func(f *apimodel.Function) bool { return f.ARN == pool.PreTokenARN })
		if pool.PreTokenARN == "" || n < 0 {
			continue
		}
		f := m.Functions[n]
		text, included := f.Environment[pretoken.Variable]
		if !included {
			continue
		}
		config, err := pretoken.FromEnvironment(func(string) string { return text })
		if err != nil {
			errs = append(errs, &AuthorizerError{f.ID, fmt.Errorf(
				"function %s: %w: use the command of the release that the stack is made with", f.ID, err)})
			continue
		}
		for n := range issuers {
			if issuers[n].URL == pool.ProviderURL {
				issuers[n].Trigger = &config
			}
		}
	}
	return errs
}

// The trigger sources of a sign-in on the hosted pages, and of a refresh.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
const (
	hostedSource  = "TokenGeneration_HostedAuth"
	refreshSource = "TokenGeneration_RefreshTokens"
)

// scopesAfterTrigger returns the scopes of a user's access token after the pool's trigger.
func (i Issuer) scopesAfterTrigger(source string, c client, scopes, groups []string) ([]string, error) {
	if i.Trigger == nil {
		return scopes, nil
	}
	trigger, err := pretoken.New(*i.Trigger, nil)
	if err != nil {
		return nil, err
	}
	event, err := json.Marshal(map[string]any{
		"version": "2", "triggerSource": source, "callerContext": map[string]string{"clientId": c.ClientID},
		"request": map[string]any{"scopes": scopes, "groupConfiguration": map[string]any{"groupsToOverride": groups}},
	})
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	answer, err := trigger.Invoke(context.Background(), event)
	if err != nil {
		return nil, err
	}
	var out struct {
		Response struct {
			Details struct {
				Access struct {
					Add      []string `json:"scopesToAdd"`
					Suppress []string `json:"scopesToSuppress"`
				} `json:"accessTokenGeneration"`
			} `json:"claimsAndScopeOverrideDetails"`
		} `json:"response"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, fmt.Errorf("devissuer: the trigger's answer: %w", err)
	}
	change := out.Response.Details.Access
	left := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(change.Suppress, s) })
	return union(left, change.Add), nil
}

// groupPersonas returns personas for a pool whose trigger gives users the scopes of their groups: one in all groups,
// one in each group, and one in none. The trigger would remove scopes from a persona without a group.
func groupPersonas(personas []Persona, issuers []Issuer) []Persona {
	var t *pretoken.Config
	var others []string // scopes that the trigger does not change
	for _, i := range issuers {
		if i.Trigger != nil {
			t = i.Trigger
		}
		others = union(others, i.Scopes)
	}
	if t == nil {
		return personas
	}
	others = slices.DeleteFunc(others, func(s string) bool { return slices.Contains(t.Scopes, s) })
	scopes := func(groups []string) []string {
		out := others
		for _, g := range groups {
			out = union(out, t.Groups[g])
		}
		return out
	}
	groups := slices.Sorted(maps.Keys(t.Groups))
	var out []Persona
	for n, one := range personas {
		switch {
		case n == 0:
			one.Groups = union(one.Groups, groups)
		case len(one.Groups)+len(one.Roles) == 0:
			continue // a persona with a scope
		}
		one.Scopes, one.holdsAll = scopes(one.Groups), false
		out = append(out, one)
	}
	for _, g := range groups {
		if !slices.ContainsFunc(out[1:], func(a Persona) bool { return slices.Equal(a.Groups, []string{g}) }) {
			out = append(out, Persona{Name: "member of " + g, Groups: []string{g}, Scopes: scopes([]string{g})})
		}
	}
	return append(out, Persona{Name: "of no group", Scopes: others})
}
