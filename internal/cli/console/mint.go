package console

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// tokenAsk describes the token that the form requests. The issuer decides what is empty.
type tokenAsk struct {
	Issuer   string   `json:"issuer"`
	Audience string   `json:"audience"`
	Use      string   `json:"use"`
	Subject  string   `json:"subject"`
	Scopes   []string `json:"scopes"`
	Groups   []string `json:"groups"`
	Roles    []string `json:"roles"`
	Claims   string   `json:"claims"` // a JSON object
	Expires  string   `json:"expires"`
}

// minted is a token that was made.
type minted struct {
	Claims json.RawMessage `json:"claims"`
	Text   string          `json:"text"`
}

// request returns the form's request for a token.
func (a tokenAsk) request() (devissuer.TokenRequest, error) {
	request := devissuer.TokenRequest{
		Issuer: a.Issuer, Audience: a.Audience, Use: devissuer.Use(a.Use), Subject: a.Subject,
		Scopes: a.Scopes, Groups: a.Groups, Roles: a.Roles,
	}
	switch request.Use {
	case "", devissuer.Access, devissuer.ID:
	default:
		return request, wrong("use", "%q: want %s or %s", a.Use, devissuer.Access, devissuer.ID)
	}
	var err error
	if request.Expires, err = lifetime(a.Expires); err != nil {
		return request, err
	}
	request.Claims, err = claims(a.Claims)
	return request, err
}

func (v *view) mint(a tokenAsk) (minted, error) {
	if v.issuer == nil || len(v.apis.Issuers) == 0 {
		return minted{}, wrong("credential", "no authorizer accepts tokens of a known issuer: choose another credential")
	}
	request, err := a.request()
	if err != nil {
		return minted{}, err
	}
	text, err := v.issuer.Mint(request)
	var choice *devissuer.ChoiceError
	switch {
	case errors.As(err, &choice):
		return minted{}, wrong("issuer", "%v", choice)
	case errors.Is(err, devissuer.ErrRequest):
		return minted{}, wrong(v.fieldOf(request), "%v", err)
	case err != nil:
		return minted{}, err
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil {
		return minted{}, fmt.Errorf("console: the token is not readable: %w", err)
	}
	return minted{Claims: payload, Text: text}, nil
}

// fieldOf returns the field that makes a request fail: the one without which it does not. It asks the issuer again,
// which knows what it can make, so that its rules are not repeated here.
func (v *view) fieldOf(request devissuer.TokenRequest) string {
	for _, without := range []struct {
		field  string
		change func(*devissuer.TokenRequest)
	}{
		{"scopes", func(r *devissuer.TokenRequest) { r.Scopes = nil }},
		{"groups", func(r *devissuer.TokenRequest) { r.Groups = nil }},
		{"roles", func(r *devissuer.TokenRequest) { r.Roles = nil }},
		{"claims", func(r *devissuer.TokenRequest) { r.Claims = nil }},
		{"audience", func(r *devissuer.TokenRequest) { r.Audience = "any" }},
	} {
		r := request
		without.change(&r)
		if _, err := v.issuer.Mint(r); err == nil {
			return without.field
		}
	}
	return "credential"
}

// claims parses a JSON object. It preserves the form of numbers.
func claims(text string) (map[string]any, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&out); err != nil || out == nil || d.More() {
		return nil, wrong("claims", `want one JSON object, such as {"tenant": "acme"}; null leaves a claim out`)
	}
	return out, nil
}
