package stack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The kinds of authorizers that can guard the API.
const (
	Token   = "token"
	Request = "request"
	Cognito = "cognito"
	JWT     = "jwt"
	IAM     = "iam"
)

var kinds = []string{Token, Request, Cognito, JWT, IAM}

// Settings configure the stack, in CDK's context ("-c authorizer=cognito") or in Go.
type Settings struct {
	// Authorizer is token, request, cognito, jwt or iam. Context: authorizer. Default: token.
	Authorizer string

	// Issuer and Audience identify the identity provider whose tokens the token, request and jwt authorizers accept.
	// Context: issuer, audience. Default: a user pool that the stack creates.
	Issuer, Audience string

	// CacheTTL is how long API Gateway caches an authorizer's answer. Context: ttl, as a Go duration ("5m") or "0" for no
	// cache. Default: 5 minutes.
	CacheTTL time.Duration

	// Origins are the origins of the pages that may call the API. Context: origins, separated by commas. Default: none.
	Origins []string

	// CIDRs are the address ranges that may call the API. Context: cidrs, separated by commas. Default: all.
	CIDRs []string

	// CloudWatchRole creates the account's role with which API Gateway writes logs. An account has one for each region, so
	// set it only in an account that has no such role yet. Context: cloudwatch-role. Default: false.
	CloudWatchRole bool

	// StackProps is passed to CDK. It is not in the context.
	StackProps awscdk.StackProps
}

// FromContext reads the settings from CDK's context. It panics with everything that is wrong with them.
func FromContext(scope constructs.Construct) Settings {
	s, err := parse(func(key string) any { return scope.Node().TryGetContext(jsii.String(key)) })
	if err != nil {
		panic(err)
	}
	return s
}

// parse is a list of keys, each with its own check.
//
//gocyclo:ignore
func parse(get func(key string) any) (Settings, error) {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("context "+format, a...)) }
	text := func(key string) string {
		switch v := get(key).(type) {
		case nil:
			return ""
		case string:
			if v == "" {
				bad("%s is empty: give it a value or leave it out", key)
			}
			return v
		default:
			bad("%s is %v (%T): want a text", key, v, v)
			return ""
		}
	}
	list := func(key string) (out []string) {
		if values, ok := get(key).([]any); ok {
			for _, v := range values {
				entry, ok := v.(string)
				if !ok {
					bad("%s has %v (%T): want texts", key, v, v)
				}
				out = append(out, entry)
			}
			return out
		}
		t := text(key)
		if t == "" {
			return nil
		}
		for entry := range strings.SplitSeq(t, ",") {
			if entry = strings.TrimSpace(entry); entry == "" {
				bad("%s=%q has an empty entry: separate entries by one comma", key, t)
			}
			out = append(out, entry)
		}
		return out
	}

	s := Settings{
		Authorizer: text("authorizer"),
		Issuer:     text("issuer"),
		Audience:   text("audience"),
		Origins:    list("origins"),
		CIDRs:      list("cidrs"),
	}
	if s.Authorizer == "" {
		s.Authorizer = Token
	}
	if !slices.Contains(kinds, s.Authorizer) {
		bad("authorizer=%q: want one of %s", s.Authorizer, strings.Join(kinds, ", "))
	}
	switch v := get("cloudwatch-role").(type) {
	case nil:
	case bool:
		s.CloudWatchRole = v
	default:
		if v != "true" && v != "false" {
			bad("cloudwatch-role=%v: want true or false", v)
		}
		s.CloudWatchRole = v == "true"
	}
	if ttl := text("ttl"); ttl != "" {
		d, err := time.ParseDuration(ttl)
		switch {
		case err != nil:
			bad("ttl=%q: want a duration like 5m or 90s, or 0 for no cache", ttl)
		case d == 0:
			s.CacheTTL = secureapi.NoCache
		case d < 0 || d > time.Hour:
			bad("ttl=%q: want at most 1h, or 0 for no cache", ttl)
		default:
			s.CacheTTL = d
		}
	}
	switch {
	case (s.Issuer == "") != (s.Audience == ""):
		bad("issuer=%q, audience=%q: give both, or neither for a user pool of the stack's own", s.Issuer, s.Audience)
	case s.Issuer != "" && slices.Contains([]string{Cognito, IAM}, s.Authorizer):
		bad("issuer=%q with authorizer=%s: only the token, request and jwt authorizers take an issuer", s.Issuer,
			s.Authorizer)
	case s.CacheTTL != 0 && s.Authorizer == IAM:
		bad("ttl with authorizer=iam: IAM has no cache to set")
	case s.CacheTTL != 0 && s.Authorizer == JWT:
		bad("ttl with authorizer=jwt: a JWT authorizer has no cache to set")
	}
	return s, errors.Join(errs...)
}

func (s Settings) cors() *secureapi.CORS {
	if len(s.Origins) == 0 {
		return nil
	}
	return &secureapi.CORS{AllowOrigins: s.Origins, ExposeHeaders: []string{"Location"}, MaxAge: 10 * time.Minute}
}

func (s Settings) resourcePolicy() *secureapi.ResourcePolicy {
	if len(s.CIDRs) == 0 {
		return nil
	}
	return &secureapi.ResourcePolicy{AllowCIDRs: s.CIDRs}
}

// callbackURL returns the URL that the sign-in pages send the user back to: the first origin, or a page served on this
// machine.
func (s Settings) callbackURL() string {
	for _, o := range s.Origins {
		if o != "*" {
			return o + "/"
		}
	}
	return "http://localhost:3000/"
}
