package authz

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// FromEnvironment reads what [Config.Environment] wrote. It refuses members that it does not know, or that are there twice:
// an older authorizer must not pass over what a newer library asks for. The error is an [ErrConfig].
func FromEnvironment(getenv func(string) string) (Config, error) {
	text := getenv(ConfigVariable)
	if text == "" {
		return Config{}, fmt.Errorf("%w: the environment variable %s is not set: the secureapi construct sets it on the function it makes", ErrConfig, ConfigVariable)
	}
	var c Config
	v, err := strictjson.Parse(text)
	if err == nil {
		err = c.read(v)
	}
	if err != nil {
		return Config{}, fmt.Errorf("%w: %s: %w", ErrConfig, ConfigVariable, err)
	}
	return c, nil
}

// Reading by hand takes a tenth of what encoding/json takes in a new process, and is strict where that is not.

func (c *Config) read(v strictjson.Value) error {
	return fields{
		"issuers": func(v strictjson.Value) error {
			return v.EachElement(func(e strictjson.Value) error {
				c.Issuers = append(c.Issuers, Issuer{})
				return c.Issuers[len(c.Issuers)-1].read(e)
			})
		},
		"tokenSources": func(v strictjson.Value) error {
			return v.EachElement(func(e strictjson.Value) error {
				c.TokenSources = append(c.TokenSources, TokenSource{})
				s := &c.TokenSources[len(c.TokenSources)-1]
				return fields{"kind": (*string)(&s.Kind), "name": &s.Name}.read(e)
			})
		},
		"perRequest": &c.PerRequest, "contextClaims": &c.ContextClaims, "noTokenCache": &c.NoTokenCache,
		"noMetrics": &c.NoMetrics, "policyEndsWithToken": &c.PolicyEndsWithToken,
		"denyEscapedPaths": &c.DenyEscapedPaths,
	}.read(v)
}

func (i *Issuer) read(v strictjson.Value) error {
	return fields{
		"url": &i.URL, "audiences": &i.Audiences, "algorithms": &i.Algorithms, "jwksUrl": &i.JWKSURL,
		"secretArn": &i.SecretARN, "secretField": &i.SecretField, "type": &i.Type, "tokenUse": &i.TokenUse,
		"scopesClaim": &i.ScopesClaim, "groupsClaim": &i.GroupsClaim, "rolesClaim": &i.RolesClaim,
		"principalClaim": &i.PrincipalClaim, "leewaySeconds": &i.LeewaySeconds,
		"acceptBoundTokens": &i.AcceptBoundTokens, "clients": &i.Clients, "clientClaim": &i.ClientClaim,
		"maxLifetimeSeconds": &i.MaxLifetimeSeconds, "maxKeyAgeSeconds": &i.MaxKeyAgeSeconds,
		"staleCeilingSeconds": &i.StaleCeilingSeconds,
	}.read(v)
}

// fields says where the members of an object go: to a *string, *bool, *int or *[]string, or to a function.
type fields map[string]any

var errUnknown = errors.New("not known to this release: build the authorizer and the stack from one release")

func (f fields) read(v strictjson.Value) error {
	return v.EachMember(func(name string, member strictjson.Value) error {
		if _, known := f[name]; known && member.Kind() == strictjson.Null {
			return nil // what Config.Environment writes for a list that is not set
		}
		ok := true
		switch to := f[name].(type) {
		case *string:
			*to, ok = member.Text()
		case *bool:
			*to, ok = member.Bool()
		case *int:
			var n int64
			n, ok = member.Int64()
			*to = int(n)
		case *[]string:
			*to, ok = member.Texts()
		case func(strictjson.Value) error:
			return to(member)
		default:
			return errUnknown
		}
		if !ok {
			return fmt.Errorf("%v is not what belongs there", member.Kind())
		}
		return nil
	})
}
